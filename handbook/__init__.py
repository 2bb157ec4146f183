"""The documentation as a small site: the pages of docs/, and pages made from the rules and the catalogue."""
