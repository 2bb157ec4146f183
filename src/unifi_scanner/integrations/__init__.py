"""Other services that tell a part of the report, and other programs that are told how things stand.

Nothing here is loaded unless a setting asks for it.
"""
