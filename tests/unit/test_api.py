"""The library: one call for one document, a pipeline for many, confined or not with the same outcome."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import xfm
from xfm import api, builtin, chain, confine, plugins, schema
from xfm.errors import DocumentError, MissingError, PluginError, UsageError, XfmError
from xfm.hookspecs import STAGES, hookimpl
from xfm.limits import TRUSTED_BYTES
from xfm.model import Contribution
from xfm.pipeline import Pipeline

if TYPE_CHECKING:
    from tests.conftest import WriteStylesheet

LIVE = sorted((Path(__file__).parents[1] / "fixtures" / "live").glob("*.xml"))


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return api.new_pipeline()


def test_a_text_or_its_bytes_give_the_same(minimal: bytes) -> None:
    assert xfm.transform(minimal.decode()) == xfm.transform(minimal)


@pytest.mark.parametrize("path", LIVE, ids=[path.stem for path in LIVE])
def test_confined_or_not_the_result_is_the_same(pipeline: Pipeline, path: Path) -> None:
    free = api.transform(path.read_bytes(), pipeline=pipeline, confined=False)
    confined = api.transform(path.read_bytes(), pipeline=pipeline, confined=True)
    assert confined == free
    assert api.transform(free.xml, pipeline=pipeline, confined=False).xml == free.xml


def test_a_confined_run_hands_over_what_was_recorded(minimal: bytes) -> None:
    recording = api.new_pipeline(record=True)
    confined = api.transform(minimal, pipeline=recording, confined=True)
    assert confined == api.transform(minimal, pipeline=recording, confined=False)
    assert any(step.before and step.after for step in confined.steps)


@pytest.mark.parametrize(
    "data",
    [b"", b"<domain>", b"<network/>", b"<domain type='kvm'/>", b"<domain><name>a</name><vcpu>x</vcpu></domain>"],
)
def test_an_error_passes_through_the_child_unchanged(pipeline: Pipeline, data: bytes) -> None:
    errors = []
    for confined in (False, True):
        with pytest.raises(DocumentError) as raised:
            api.transform(data, pipeline=pipeline, confined=confined)
        errors.append(raised.value)
    assert type(errors[0]) is type(errors[1])
    assert errors[0].fields() == errors[1].fields()
    assert str(errors[0]) == str(errors[1])
    assert errors[0].violations == errors[1].violations


def test_a_pipeline_serves_many_documents_and_remembers_none(pipeline: Pipeline, minimal: bytes) -> None:
    first = api.transform(minimal, pipeline=pipeline)
    with pytest.raises(DocumentError):
        api.transform(b"<domain type='kvm'/>", pipeline=pipeline)
    api.transform(minimal.replace(b"web1", b"other"), pipeline=pipeline)
    assert api.transform(minimal, pipeline=pipeline) == first


def test_the_steps_tell_what_each_stylesheet_did(pipeline: Pipeline, minimal: bytes) -> None:
    steps = api.transform(minimal, pipeline=pipeline).steps
    assert [STAGES.index(step.stage) for step in steps] == sorted(STAGES.index(step.stage) for step in steps)
    changed = {step.stylesheet: step.changed for step in steps}
    assert changed["clock"]
    assert changed["machine-type"]
    assert not changed["disk-bus"]
    assert all((step.before, step.after) == (b"", b"") for step in steps)


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_can_stop_after_a_stage(minimal: bytes, stage: str) -> None:
    steps = api.transform(minimal, pipeline=api.new_pipeline(until=stage)).steps
    ran = {step.stage for step in steps}
    assert ran - {"layout"} <= set(STAGES[: STAGES.index(stage) + 1])
    assert "layout" in ran, "what comes out has libvirt's form all the same"
    assert ("pin" in ran) == (stage in ("pin", "layout"))


def test_an_unknown_stage_is_a_usage_error() -> None:
    with pytest.raises(UsageError) as raised:
        api.new_pipeline(until="default")
    assert raised.value.code == "stage-unknown"
    assert "defaults" in raised.value.hint


def test_an_unknown_baseline_is_a_usage_error() -> None:
    with pytest.raises(UsageError) as raised:
        api.new_pipeline(baseline=7)
    assert raised.value.code == "baseline-unknown"


def test_missing_schemas_are_the_environments_fault(tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        api.new_pipeline(schemas=str(tmp_path))


def test_parameters_are_passed_on(minimal: bytes) -> None:
    xml = api.transform(minimal, pipeline=api.new_pipeline(parameters={"machine-type.qemu": "8.2"})).xml
    assert b"pc-q35-8.2" in xml


def test_the_public_names_are_those_of_the_package() -> None:
    for name in xfm.__all__:
        assert getattr(xfm, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        xfm.nothing  # noqa: B018


# --- stylesheets of others ---


def with_plugin(directory: Path, write_stylesheet: WriteStylesheet, body: str, **parts: str) -> Pipeline:
    write_stylesheet(directory / "mine.xsl", body=body, **parts)
    return api.new_pipeline(plugin_dirs=[str(directory)])


def test_a_chain_of_xfms_own_is_trusted_and_anybody_elses_is_not(
    tmp_path: Path, write_stylesheet: WriteStylesheet
) -> None:
    own = api.new_pipeline()
    assert own.trusted == all(link.stylesheet.builtin or link.idle for link in chain.build(plugins.load(), 1, {}).links)
    assert not with_plugin(tmp_path, write_stylesheet, "").trusted


def test_what_runs_where_is_decided_by_trust_and_size(
    tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def confined(job: confine.Job, **_: float) -> xfm.Result:
        ran.append("confined")
        return job(lambda stage, sheet: None)

    monkeypatch.setattr(confine, "run", confined)
    own = api.new_pipeline()
    api.transform(minimal, pipeline=own)
    assert ran == [] if own.trusted else ["confined"]
    ran.clear()
    api.transform(minimal + b" " * TRUSTED_BYTES, pipeline=own)
    assert ran == ["confined"]
    api.transform(minimal, pipeline=with_plugin(tmp_path, write_stylesheet, ""))
    assert ran == ["confined"] * 2


def test_a_stylesheet_that_never_ends_is_ended(
    tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes
) -> None:
    body = (
        '<xsl:template match="/"><xsl:call-template name="again"><xsl:with-param name="a" select="\'aaaa\'"/>'
        '</xsl:call-template></xsl:template><xsl:template name="again"><xsl:param name="a"/>'
        '<xsl:for-each select="//* | //@*"><xsl:for-each select="//* | //@*"><xsl:for-each select="//* | //@*">'
        '<xsl:for-each select="//* | //@*"><xsl:for-each select="//* | //@*"><xsl:for-each select="//* | //@*">'
        '<xsl:for-each select="//* | //@*"><xsl:for-each select="//* | //@*"><xsl:if test="//a[//b[//c]]"><b/></xsl:if>'
        "</xsl:for-each></xsl:for-each></xsl:for-each></xsl:for-each></xsl:for-each></xsl:for-each></xsl:for-each>"
        "</xsl:for-each></xsl:template>"
    )
    pipeline = with_plugin(tmp_path, write_stylesheet, body)
    begun = time.monotonic()
    with pytest.raises(PluginError) as raised:
        api.transform(minimal, pipeline=pipeline, seconds=0.5)
    assert time.monotonic() - begun < 5
    error = raised.value
    assert (error.code, error.stage, error.stylesheet) == ("stylesheet-limit", "defaults", "mine")
    assert "mine=off" in error.hint


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (
            '<xsl:template match="/"><xsl:call-template name="a"/></xsl:template>'
            '<xsl:template name="a"><xsl:call-template name="a"/></xsl:template>',
            "stylesheet-failed",
            "without end",
        ),
        ('<xsl:template match="/"/>', "stylesheet-failed", "one root element"),
        ('<xsl:template match="/domain"><a/></xsl:template>', "stage-invalid", "defaults"),
        ('<xsl:template match="domain/name"/>', "stage-invalid", "made the document invalid"),
        (
            '<xsl:template match="/"><xsl:copy-of select="document(\'/etc/passwd\')"/></xsl:template>',
            "stylesheet-forbidden",
            "/etc/passwd",
        ),
        (
            '<xsl:template match="/"><xsl:copy-of select="document(\'xfm:provenance\')"/></xsl:template>',
            "stylesheet-forbidden",
            "xfm:provenance",
        ),
    ],
    ids=["recursion", "nothing", "another-root", "invalid", "reads-a-file", "reads-the-provenance-too-early"],
)
@pytest.mark.parametrize("confined", [False, True], ids=["free", "confined"])
def test_a_stylesheet_that_fails_is_named(
    tmp_path: Path,
    write_stylesheet: WriteStylesheet,
    minimal: bytes,
    body: str,
    code: str,
    words: str,
    confined: bool,
) -> None:
    pipeline = with_plugin(tmp_path, write_stylesheet, body)
    with pytest.raises(XfmError) as raised:
        api.transform(minimal, pipeline=pipeline, confined=confined)
    error = raised.value
    assert isinstance(error, PluginError)
    assert (error.code, error.stage, error.stylesheet) == (code, "defaults", "mine")
    assert error.file == str(tmp_path / "mine.xsl")
    assert words in error.message
    assert error.hint


def test_a_stylesheet_may_refuse_a_document(tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes) -> None:
    body = (
        '<xsl:import href="xfm:lib/faults.xsl"/>',
        '<xsl:template match="domain/name"><xsl:call-template name="xfm:fail" xmlns:xfm="urn:xfm:xslt:1">'
        '<xsl:with-param name="reason">the name   is\n not mine</xsl:with-param></xsl:call-template></xsl:template>',
    )
    sheet = write_stylesheet(tmp_path / "mine.xsl", body=body[1], stage="policy")
    sheet.write_text(sheet.read_text().replace("<doc:stylesheet", body[0] + "<doc:stylesheet"))
    with pytest.raises(DocumentError) as raised:
        api.transform(minimal, pipeline=api.new_pipeline(plugin_dirs=[str(tmp_path)]))
    error = raised.value
    assert (error.code, error.stage, error.stylesheet, error.xpath) == ("refused", "policy", "mine", "/domain/name")
    assert error.message == "the name is not mine"


def test_a_message_of_a_stylesheet_is_a_note(tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes) -> None:
    body = '<xsl:template match="domain/name"><xsl:message>hello</xsl:message><xsl:copy-of select="."/></xsl:template>'
    pipeline = with_plugin(tmp_path, write_stylesheet, body)
    for confined in (False, True):
        assert api.transform(minimal, pipeline=pipeline, confined=confined).notes == ("mine: hello",)


def test_a_stylesheet_of_the_pin_stage_reads_the_record_of_the_run(
    tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes
) -> None:
    body = (
        '<xsl:template match="/"><xsl:message><xsl:value-of select="document(\'xfm:provenance\')/*/@changed"/>'
        '</xsl:message><xsl:copy-of select="."/></xsl:template>'
    )
    pipeline = with_plugin(tmp_path, write_stylesheet, body, stage="pin")
    assert api.transform(minimal, pipeline=pipeline).notes == ("mine: yes",)


def test_what_was_switched_off_when_a_guest_was_pinned_stays_off(minimal: bytes) -> None:
    features = b"<features><hyperv><stimer state='on'/></hyperv></features></domain>"
    document = minimal.replace(b"</domain>", features)
    off = api.new_pipeline(parameters={"hyperv-prerequisites": "off"})
    pinned = api.transform(document, pipeline=off).xml
    again = api.transform(pinned)
    assert again.xml == pinned
    assert again.notes == ()


def test_the_baseline_of_new_guests_says_nothing_of_the_others(minimal: bytes) -> None:
    existing = minimal.replace(
        b"</domain>",
        b"<devices><rng model='virtio'><backend model='random'>/dev/urandom</backend>"
        b"<address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></rng></devices></domain>",
    )
    pipeline = api.new_pipeline(new_guests=1)
    adopted = api.transform(existing, pipeline=pipeline)
    assert adopted.baseline == 0
    assert api.transform(adopted.xml, pipeline=pipeline).xml == adopted.xml
    assert api.transform(minimal, pipeline=api.new_pipeline(new_guests=0)).baseline == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<domain type='kvm'>", b"<domain type='kvm' id='3'>"),
        (
            b"</domain>",
            b"<devices><rng model='virtio'><backend model='random'/><alias name='rng0'/></rng></devices></domain>",
        ),
    ],
    ids=["an-id", "an-alias-of-libvirts"],
)
def test_a_guest_that_bears_marks_of_libvirt_is_adopted(minimal: bytes, old: bytes, new: bytes) -> None:
    document = minimal.replace(old, new, 1)
    assert document != minimal
    result = api.transform(document)
    assert result.baseline == 0
    assert "exists already" in result.notes[0]


def test_a_text_is_no_bytes(minimal: bytes) -> None:
    """The encoding that a text declares was that of the bytes it was read from."""
    text = "<?xml version='1.0' encoding='iso-8859-1'?>" + minimal.decode().replace("web1", "gé")
    assert "<name>gé</name>" in api.transform(text).xml.decode()
    with pytest.raises(DocumentError) as raised:
        api.transform(text.replace("gé", "g\ud800"))
    assert raised.value.code == "encoding"


def test_a_stylesheet_of_the_last_stage_may_order_and_not_alter(
    tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes
) -> None:
    body = '<xsl:template match="domain/memory"><memory>1</memory></xsl:template>'
    pipeline = with_plugin(tmp_path, write_stylesheet, body, stage="layout", abi="host")
    with pytest.raises(PluginError) as raised:
        api.transform(minimal, pipeline=pipeline)
    assert (raised.value.code, raised.value.stylesheet) == ("stage-invalid", "mine")
    last = '<xsl:template match="domain"><xsl:copy><xsl:copy-of select="@*"/><xsl:for-each select="node()">'
    last += '<xsl:sort select="name()"/><xsl:copy-of select="."/></xsl:for-each></xsl:copy></xsl:template>'
    pipeline = with_plugin(tmp_path, write_stylesheet, last, stage="layout", abi="host")
    assert api.transform(minimal, pipeline=pipeline).baseline == builtin.NEWEST


def test_a_plugin_of_one_baseline_alone_is_a_stranger_too(
    tmp_path: Path, write_stylesheet: WriteStylesheet, minimal: bytes
) -> None:
    """Which baseline runs, the document decides; whether it runs confined must not depend on the newest alone."""
    write_stylesheet(tmp_path / "mine.xsl", abi="host")

    class OnlyAtAdoption:
        @hookimpl
        def xfm_defaults(self, baseline: int) -> list[Contribution]:
            return [Contribution(str(tmp_path / "mine.xsl"))] if baseline == 0 else []

    loaded = plugins.load(with_installed=False)
    loaded.manager.register(OnlyAtAdoption(), name="adoption")
    pipeline = Pipeline(loaded, schema.find())
    assert pipeline.strangers == {"mine": "adoption"}
    assert not pipeline.trusted
