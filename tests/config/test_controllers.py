"""Several controllers in one file."""

from __future__ import annotations

from pathlib import Path

from tests.config.loading import load, problems_of, toml

TWO = '[[controllers]]\nhost = "home"\n[[controllers]]\nhost = "https://office:8443"\nusername = "visitor"\n'


def test_one_controller_needs_no_table(tmp_path: Path) -> None:
    settings = load({"UNIFI_HOST": "home", "UNIFI_USERNAME": "scanner", "UNIFI_PASSWORD": "hunter2 hunter2"})
    (connection,) = settings.connections()
    assert (connection.host, connection.username, connection.site) == ("home", "scanner", "default")


def test_what_is_said_for_all_holds_where_a_table_does_not_say_it(tmp_path: Path) -> None:
    config = toml(tmp_path, 'username = "scanner"\n' + TWO)
    settings = load({"UNIFI_PASSWORD": "hunter2 hunter2"}, config=config, for_controller=True)
    told = [(c.host, c.port, c.username, c.password) for c in settings.connections()]
    assert told == [
        ("home", None, "scanner", "hunter2 hunter2"),
        ("office", 8443, "visitor", "hunter2 hunter2"),
    ]


def test_a_secret_of_one_controller_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("office secret\n")
    config = toml(tmp_path, TWO + f'password_file = "{tmp_path / "pw"}"\n')
    environ = {"UNIFI_USERNAME": "scanner", "UNIFI_PASSWORD": "hunter2 hunter2"}
    settings = load(environ, config=config, for_controller=True)
    assert [c.password for c in settings.connections()] == ["hunter2 hunter2", "office secret"]


def test_what_one_controller_lacks_is_told_with_its_number(tmp_path: Path) -> None:
    problems = problems_of(config=toml(tmp_path, TWO + 'password = "x"\n'), for_controller=True)
    assert {problem.split(":")[0] for problem in problems} == {"controllers[1]"}
    assert any("UNIFI_PASSWORD is missing" in problem for problem in problems)


def test_the_same_controller_and_site_may_not_be_named_twice(tmp_path: Path) -> None:
    config = toml(tmp_path, '[[controllers]]\nhost = "home"\n[[controllers]]\nhost = "home"\n')
    assert any("named twice" in problem for problem in problems_of(config=config))


def test_two_sites_of_one_controller_may_stand_in_two_tables(tmp_path: Path) -> None:
    text = '[[controllers]]\nhost = "home"\n[[controllers]]\nhost = "home"\nsite = "lab"\n'
    environ = {"UNIFI_USERNAME": "scanner", "UNIFI_PASSWORD": "hunter2 hunter2"}
    assert [c.site for c in load(environ, config=toml(tmp_path, text)).connections()] == ["default", "lab"]
