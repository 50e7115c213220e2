"""Settings: where they come from, and that nothing wrong is silently ignored."""

from pathlib import Path

import pytest

from monitor.labels.data_files import data_dir
from monitor.records.errors import ConfigError
from monitor.settings import Settings, guideline_dir, load_settings

ONE = "[[recipients]]\naddress = 'a@b.example'\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "monitor.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load_settings(environ={}, cwd=tmp_path)
    assert settings == Settings(home=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path.as_posix()}/monitor.sqlite"


def test_environment_beats_file_beats_default(tmp_path: Path) -> None:
    path = write(tmp_path, 'timezone = "Asia/Dili"\n[fetch]\ntimeout_s = 5\nmax_bytes = 7\n')
    settings = load_settings(path, environ={"MONITOR_FETCH_TIMEOUT_S": "2.5"})
    assert settings.timezone == "Asia/Dili"
    assert settings.fetch.timeout_s == 2.5
    assert settings.fetch.max_bytes == 7
    assert settings.fetch.parallel == Settings().fetch.parallel
    assert settings.home == tmp_path


@pytest.mark.parametrize(
    ("toml", "environ", "names"),
    [
        ("", {}, ("thb-en",)),
        ("guideline = 'ours'", {}, ("ours",)),
        ("guideline = ['thb-en', 'a, b']", {}, ("thb-en", "a, b")),
        ("guideline = ['ours']", {"MONITOR_CHECK_GUIDELINE": "thb-en, ours"}, ("thb-en", "ours")),
        ("guideline = ['a', 'b']", {"MONITOR_CHECK_GUIDELINE": "ours"}, ("ours",)),
    ],
)
def test_one_guideline_or_several(
    tmp_path: Path, toml: str, environ: dict[str, str], names: tuple[str, ...]
) -> None:
    path = write(tmp_path, f"[check]\n{toml}\n")
    assert load_settings(path, environ=environ).check.guidelines == names


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("[]", "must name one or more"),
        ("['']", "must name one or more"),
        ("['a', 'a']", "each once"),
        ("['a', 1]", "a list of strings"),
        ("7", "a list of strings"),
        ("''", "must name one or more"),
    ],
)
def test_what_names_no_guidelines(tmp_path: Path, value: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"'check.guideline' .*{said}"):
        load_settings(write(tmp_path, f"[check]\nguideline = {value}\n"), environ={})


def test_a_guideline_is_looked_for_here_then_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    assert guideline_dir("ours", tmp_path) == tmp_path / "ours"
    assert guideline_dir("thb-en", tmp_path) == data_dir("guidelines") / "thb-en"
    assert guideline_dir(str(tmp_path / "ours")) == tmp_path / "ours"


def test_a_switch_is_true_or_false_and_nothing_else(tmp_path: Path) -> None:
    name = "MONITOR_SERVE_PUBLIC_SCORECARDS"
    for said, meant in (("true", True), ("False", False)):
        settings = load_settings(environ={name: said}, cwd=tmp_path)
        assert settings.serve.public_scorecards is meant
    with pytest.raises(ConfigError, match="must be true or false"):
        load_settings(environ={name: "1"}, cwd=tmp_path)


def test_config_variable_names_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'timezone = "Africa/Accra"\n')
    assert load_settings(environ={"MONITOR_CONFIG": str(path)}).timezone == "Africa/Accra"


def test_lists_and_tables(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[check]\ndisable = ["rescue-language"]\n[check.severity]\npimp-term = "suggestion"\n',
    )
    environ = {"MONITOR_FETCH_ALLOW_HOSTS": "127.0.0.1, localhost"}
    settings = load_settings(path, environ=environ)
    assert settings.check.disable == ("rescue-language",)
    assert settings.check.severity == {"pimp-term": "suggestion"}
    assert settings.fetch.allow_hosts == ("127.0.0.1", "localhost")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("datbase = 'x'", "datbase"),
        ("[fetch]\ntimeout = 3", "fetch.timeout"),
        ("[fetch]\ntimeout_s = '3'", "fetch.timeout_s"),
        ("[fetch]\ntimeout_s = 0", "fetch.timeout_s"),
        ("[fetch]\nmin_interval_s = -1", "fetch.min_interval_s"),
        ("[fetch]\nallow_hosts = 'localhost'", "fetch.allow_hosts"),
        ("fetch = 3", "fetch"),
        ("timezone = 'Europe/Atlantis'", "Europe/Atlantis"),
        ("[check]\ncountry = 'UK'", "'check.country': 'UK' is no ISO 3166-1 alpha-2"),
        ("[check]\ncountry = 3", "check.country"),
        ("[check]\nfail_on = 'fatal'", "fatal"),
        ("[check]\nmax_chars = 0", "check.max_chars"),
        ("[check.severity]\npimp-term = 'bad'", "check.severity.pimp-term"),
        ("[check.severity]\npimp-term = 3", "check.severity"),
        ("home = '/'", "home"),
        ("timezone = ", "monitor.toml"),
        ("[smtp]\npassword = 'x'", "monitor.toml: 'smtp.password' .* MONITOR_SMTP_PASSWORD"),
        ("[smtp]\nsecurity = 'ssl'", "'smtp.security': 'ssl' is none of starttls, tls, none"),
        ("[smtp]\nhost = 'mail.example'", "smtp.sender"),
        ("[smtp]\nhost = 'smtp://mail.example'", "smtp.host"),
        (
            "[smtp]\nhost = 'm.example'\nsender = 'a@m.example'\nusername = 'a'\nsecurity = 'none'",
            "'smtp.security' none would send the password",
        ),
        ("[smtp]\nhost = 'm.example'\nsender = \"a@m.example\\nBcc: b@c\"", "smtp.sender"),
        ("[smtp]\nhost = 'm.example'\nsender = 'a@m.example, b@m.example'", "smtp.sender"),
        ("[smtp]\nhost = 'm.example'\nsender = 'Desk, Accra <a@m.example>'", "smtp.sender"),
        ("[digest]\npublic_url = 'desk.example.org'", "digest.public_url"),
        ("[digest]\npublic_url = 'https://desk.example.org/a>b'", "digest.public_url"),
        (f"[digest]\npublic_url = 'https://desk.example.org/{'a' * 500}'", "digest.public_url"),
        ("[recipients]\naddress = 'a@b.example'", r"'recipients' is a list of tables"),
        ("[[recipients]]\nhour = 7", r"monitor.toml: 'recipients\[1\].address' must be one"),
        (
            ONE + "[[recipients]]\naddress = 'c@d.example'\nhours = 7",
            r"monitor.toml: unknown key 'recipients\[2\].hours'",
        ),
        (ONE + "hour = 24", r"'recipients\[1\].hour'"),
        (ONE + "hour = '7'", r"'recipients\[1\].hour' must be"),
        ('[[recipients]]\naddress = "a@b.example\\nBcc: x@y"', r"'recipients\[1\].address'"),
        (ONE + "days = ['monday']", r"\[1\].days': 'monday'"),
        (
            ONE + "timezone = 'Mars'",
            r"'recipients\[1\].timezone': no time zone 'Mars'",
        ),
        (
            ONE + "preset = 'all'",
            r"\[1\].preset': 'all' is none",
        ),
        (
            ONE + "[recipients.filter]\nform = ['slavery']",
            r"'recipients\[1\].filter.form': 'slavery' is none of",
        ),
        (
            ONE + "[recipients.filter]\ntopic = ['weather']",
            r"'recipients\[1\].filter.topic': 'weather' is none of",
        ),
        (
            ONE + "[recipients.filter]\npartnership = ['love']",
            r"'recipients\[1\].filter.partnership': 'love' is none of",
        ),
        (
            ONE + "[recipients.filter]\ninstitution = ['uno']",
            r"'recipients\[1\].filter.institution': 'uno' is none of",
        ),
        (
            ONE + "[recipients.filter]\nplace = ['UK']",
            r"'recipients\[1\].filter.place': 'UK' is no ISO",
        ),
        (
            ONE + "[[recipients]]\naddress = 'A@B.example'",
            r"'recipients\[2\].address': recipients\[1\] sends the same",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        load_settings(write(tmp_path, text), environ={})


@pytest.mark.parametrize("name", ["MONITOR_TIMEZON", "MONITOR_FETCH_TIMEOUT", "MONITOR_CHEKC_X"])
def test_unknown_variables_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="unknown key"):
        load_settings(environ={name: "1"}, cwd=tmp_path)


def test_a_variable_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="MONITOR_FETCH_PARALLEL"):
        load_settings(environ={"MONITOR_FETCH_PARALLEL": "many"}, cwd=tmp_path)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml"):
        load_settings(tmp_path / "absent.toml", environ={})


def test_data_lies_in_the_checkout() -> None:
    assert (data_dir("guidelines")).is_dir()


def test_recipients_and_their_filters(tmp_path: Path) -> None:
    text = """
[smtp]
host = "mail.example"
username = "desk"
sender = "Monitor <monitor@example.org>"

[[recipients]]
address = "officer@example.org"
timezone = "Africa/Accra"
[recipients.filter]
form = ["forced_labour"]
place = ["gh"]
min_relevance = 1

[[recipients]]
address = "policy@example.org"
preset = "policy"
"""
    settings = load_settings(write(tmp_path, text), environ={"MONITOR_SMTP_PASSWORD": "s3cret"})
    officer, policy = settings.recipients
    assert (officer.hour, officer.filter.place, officer.filter.min_relevance) == (7, ("GH",), 1.0)
    assert officer.weekdays == frozenset(range(7))
    assert policy.weekdays == {0}
    assert settings.smtp.password == "s3cret"


def test_no_repr_shows_the_password(tmp_path: Path) -> None:
    settings = load_settings(environ={"MONITOR_SMTP_PASSWORD": "s3cret"}, cwd=tmp_path)
    assert "s3cret" not in repr(settings) + str(settings) + repr(settings.smtp)
