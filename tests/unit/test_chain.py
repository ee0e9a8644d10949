"""From settings to the chain: parameters, switches, and which stylesheets run on which document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xfm import baselines, builtin, chain, plugins, resources
from xfm.errors import UsageError, XfmError
from xfm.model import Parameter, Pin
from xfm.stylesheet.parameters import to_xslt

if TYPE_CHECKING:
    from tests.conftest import RunXfm, WriteStylesheet

SIZE = '<doc:param name="size" type="integer"{} minimum="1" maximum="99">How big</doc:param>'
PARAM = '<xsl:param name="size"/>'


@pytest.fixture(autouse=True)
def no_example_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the example plugins that come with xfm."""
    monkeypatch.setattr(resources, "PLUGINS", str(tmp_path / "no-plugins"))


@pytest.fixture
def sized(tmp_path: Path, write_stylesheet: WriteStylesheet) -> Path:
    """A plugin directory: ``first`` has the parameter size with a default, ``second`` has one without."""
    write_stylesheet(tmp_path / "p" / "first.xsl", doc=SIZE.format(' default="7"'), body=PARAM)
    write_stylesheet(tmp_path / "p" / "second.xsl", doc=SIZE.format(""), body=PARAM)
    return tmp_path / "p"


def links(directory: Path | None, settings: dict[str, str], baseline: int = 1) -> dict[str, chain.Link]:
    """The links by id."""
    found = plugins.load([str(directory)] if directory else [], with_installed=False)
    return {link.stylesheet.id: link for link in chain.build(found, baseline, settings).links}


def refused(directory: Path | None, settings: dict[str, str]) -> XfmError:
    """The error of settings that do not fit."""
    with pytest.raises(UsageError) as raised:
        links(directory, settings)
    assert raised.value.exit_status == 2
    return raised.value


def test_a_parameter_is_set_by_id_and_name(sized: Path) -> None:
    assert links(sized, {"first.size": "8"})["first"].values == {"size": "8"}


def test_a_parameter_that_is_not_set_has_its_default(sized: Path) -> None:
    assert links(sized, {})["first"].values == {"size": "7"}


def test_a_name_that_one_stylesheet_has_needs_no_id() -> None:
    assert links(None, {"retries": "5000"})["hyperv"].values["retries"] == "5000"


def test_a_name_that_several_stylesheets_have_is_ambiguous(sized: Path) -> None:
    error = refused(sized, {"size": "8"})
    assert (error.code, error.hint) == ("parameter-unknown", "say which: first.size, second.size")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("retrys", "retries"),
        ("hyperv.retrys", "hyperv.retries"),
        ("hiperv", "hyperv"),
        ("clock.retries", "retries"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, meant: str) -> None:
    error = refused(None, {name: "1"})
    assert error.code == "parameter-unknown"
    assert f"no parameter {name}" in error.message
    assert f"did you mean {meant}?" in error.hint


@pytest.mark.parametrize("value", ["", "many", "0", "100", "1.5", "0x10", "1e1", "+7", "٣", "1" * 30])
def test_a_value_of_another_type_is_refused(sized: Path, value: str) -> None:
    error = refused(sized, {"first.size": value})
    assert error.code == "parameter-value"
    assert f"size={value}" in error.message
    assert error.hint == "size: How big"


@pytest.mark.parametrize("text", ["off", "no", "false", "OFF"])
def test_a_stylesheet_is_switched_off_by_its_id(text: str) -> None:
    assert links(None, {"rng": text})["rng"].idle == "switched off by rng=off"


@pytest.mark.parametrize("text", ["on", "yes", "true"])
def test_a_stylesheet_is_switched_on_by_its_id(text: str) -> None:
    assert links(None, {"rng": text})["rng"].idle == ""


def test_a_switch_is_on_or_off() -> None:
    error = refused(None, {"rng": "maybe"})
    assert error.code == "parameter-value"
    assert "--set rng=off" in error.hint


def test_a_stylesheet_whose_parameter_is_required_waits_for_it(sized: Path) -> None:
    assert links(sized, {})["second"].idle == "waits for a value: --set second.size=…"
    assert links(sized, {"second.size": "3"})["second"].idle == ""


def test_stages_shows_why_a_stylesheet_does_not_run(run_xfm: RunXfm, sized: Path) -> None:
    ran = run_xfm("stages", "--json", "--plugin-dir", sized, "--set", "rng=off")
    entries = {s["id"]: s["runs"] for stage in json.loads(ran.stdout) for s in stage["stylesheets"]}
    assert entries["second"] == "waits for a value: --set second.size=…"
    assert entries["first"] == "always"
    assert entries["rng"] == "switched off by rng=off"
    assert entries["clock"] == "on documents without a pin"
    ran = run_xfm("stages", "--plugin-dir", sized)
    assert b"waits for a value" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["--set", "retrys=1"], "parameter-unknown", "did you mean retries?"),
        (["--set", "retries=few"], "parameter-value", "spinlock"),
        (["--set", "retries=1"], "parameter-value", "spinlock"),
        (["--set", "retries"], "usage", "--set rng=off"),
        (["--set", "=1"], "usage", "--set rng=off"),
    ],
)
def test_a_wrong_setting_ends_with_status_2(
    run_xfm: RunXfm, minimal: bytes, arguments: list[str], code: str, hint: str
) -> None:
    ran = run_xfm(*arguments, input=minimal)
    assert (ran.status, ran.stdout) == (2, b"")
    assert f"[{code}]" in ran.stderr
    assert hint in ran.stderr


def test_a_parameter_reaches_the_stylesheet(tmp_path: Path, run_xfm: RunXfm, write_stylesheet: WriteStylesheet) -> None:
    write_stylesheet(
        tmp_path / "p" / "name.xsl",
        doc='<doc:param name="word" type="string">A word</doc:param>',
        body='<xsl:param name="word"/><xsl:template match="domain/name">'
        '<name><xsl:value-of select="$word"/></name></xsl:template>',
    )
    text = """it's "/domain" & <b>"""
    ran = run_xfm(
        "--plugin-dir",
        tmp_path / "p",
        "--set",
        f"word={text}",
        "--until",
        "defaults",
        input=b"<domain type='test'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>",
    )
    assert ran.status == 0, ran.stderr
    assert b"it&apos;s &quot;/domain&quot; &amp; &lt;b&gt;" in ran.stdout


@given(st.text())
def test_any_string_is_passed_as_a_string(text: str) -> None:
    from lxml import etree

    parameter = Parameter("word", "string", None, "A word")
    try:
        value: Any = to_xslt(parameter, text)
    except UsageError:
        # What XML cannot hold cannot be a parameter either.
        with pytest.raises(ValueError, match="XML"):
            etree.Element("a").text = text
        return
    echo = etree.XSLT(
        etree.XML(
            '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:param name="word"/>'
            '<xsl:template match="/"><a><xsl:value-of select="$word"/></a></xsl:template></xsl:stylesheet>'
        )
    )
    assert (echo(etree.XML("<x/>"), word=value).getroot().text or "") == text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("boolean", "yes", "true()"),
        ("boolean", "Off", "false()"),
        ("boolean", "1", "true()"),
        ("integer", "7", "7"),
        ("integer", "-07", "-7"),
    ],
)
def test_a_value_becomes_its_types_own_form(kind: str, text: str, value: str) -> None:
    assert to_xslt(Parameter("p", kind, None, "m"), text) == value


# --- which links run ---


@pytest.fixture
def mixed(tmp_path: Path, write_stylesheet: WriteStylesheet) -> chain.Chain:
    """The chain with three stylesheets of a plugin."""
    write_stylesheet(tmp_path / "p" / "guest-one.xsl", abi="guest")
    write_stylesheet(tmp_path / "p" / "host-one.xsl", abi="host")
    write_stylesheet(tmp_path / "p" / "once-one.xsl", abi="host", once="yes")
    return chain.build(plugins.load([str(tmp_path / "p")], with_installed=False), 1, {})


def ids(found: list[chain.Link]) -> set[str]:
    return {link.stylesheet.id for link in found}


def guest_visible(built: chain.Chain) -> set[str]:
    """The ids of xfm's own that run on pinned documents too, and that a guest can notice."""
    declared = [link.stylesheet.declaration for link in built.links if link.stylesheet.builtin and not link.idle]
    return {declaration.id for declaration in declared if declaration.abi == "guest" and not declaration.once}


def test_everything_runs_on_a_document_without_a_pin(mixed: chain.Chain) -> None:
    running, kept_away = mixed.running(None)
    assert ids(running) == {link.stylesheet.id for link in mixed.links if not link.idle}
    assert kept_away == []


def test_at_baseline_0_nothing_runs_that_a_guest_could_notice(mixed: chain.Chain) -> None:
    running, kept_away = mixed._replace(baseline=0).running(None)
    assert {link.stylesheet.declaration.abi for link in running} == {"host"}
    assert "guest-one" not in ids(running)
    assert kept_away == []


def test_on_a_pinned_document_nothing_runs_that_is_for_new_guests(mixed: chain.Chain) -> None:
    running, kept_away = mixed.running(Pin(1, "0.1.0", "9.0.0", "", ()))
    assert not any(link.stylesheet.declaration.once for link in running)
    assert {"host-one", "aliases"} <= ids(running)
    assert ids(kept_away) == {"guest-one"} | guest_visible(mixed)
    assert {"disk-bus", "hyperv-prerequisites"} <= ids(kept_away)


def test_what_the_pin_knows_runs(mixed: chain.Chain) -> None:
    """xfm's own as well: one that was switched off when the guest was pinned stays off."""
    other = "sha256:" + "0" * 64
    own = next(link.stylesheet.digest for link in mixed.links if link.stylesheet.id == "guest-one")
    known = Pin(1, "0.1.0", "9.0.0", "", (("defaults", "guest-one", own), ("defaults", "disk-bus", other)))
    running, kept_away = mixed.running(known)
    assert {"guest-one", "disk-bus"} <= ids(running)
    assert ids(kept_away) == guest_visible(mixed) - {"disk-bus"}
    updated = known._replace(stylesheets=(("defaults", "guest-one", other),))
    assert "guest-one" in ids(mixed.running(updated)[1])


def test_what_is_idle_runs_nowhere(sized: Path) -> None:
    whole = chain.build(plugins.load([str(sized)], with_installed=False), 1, {"clock": "off"})
    assert {"clock", "second"}.isdisjoint(ids(whole.running(None)[0]))


@pytest.mark.parametrize("baseline", [-1, builtin.NEWEST + 1, 99])
def test_an_unknown_baseline_is_a_usage_error(baseline: int) -> None:
    with pytest.raises(UsageError) as raised:
        baselines.check_known(baseline)
    assert (raised.value.code, raised.value.hint) == ("baseline-unknown", "this xfm has: 0, 1, 2")
