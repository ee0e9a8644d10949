"""Passwords never show: not in a diff, not in an error, not in a step; the document itself keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xfm import api, redact
from xfm.errors import DocumentError

if TYPE_CHECKING:
    from tests.conftest import RunXfm

SECRETS = ("vnc-hush", "cookie-hush", "env-hush", "arg-hush", "pw-hush")
DOMAIN = """<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
<name>web1</name><memory unit='KiB'>1048576</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os>
<devices>
<disk type='network' device='cdrom'><source protocol='https' name='a.iso'><host name='example.org'/>
<cookies><cookie name='session'>cookie-hush</cookie></cookies></source><target dev='sda' bus='sata'/></disk>
<graphics type='vnc' port='-1' passwd='vnc-hush'/>
</devices>
<qemu:commandline>
<qemu:arg value='-object'/><qemu:arg value='secret,id=s0,data=arg-hush'/>
<qemu:arg value='-spice,password=pw-hush,port=1'/>
<qemu:env name='API_TOKEN' value='env-hush'/><qemu:env name='LANG' value='C'/>
</qemu:commandline></domain>"""


def tree(text: str = DOMAIN) -> etree._ElementTree:
    return etree.ElementTree(etree.fromstring(text))


def test_every_secret_is_found() -> None:
    assert redact.secrets(tree()) == frozenset(SECRETS)


def test_a_document_without_secrets_is_given_back_itself() -> None:
    document = tree("<domain><devices><graphics type='vnc'/></devices></domain>")
    assert redact.redacted(document) is document


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<qemu:env name='LANG' value='C'/>", "<qemu:env name='db_password' value='more-hush'/>"),
        ("<qemu:arg value='-object'/>", """<qemu:arg value='{"qom-type":"secret","id":"s1","data":"more-hush"}'/>"""),
        ("<qemu:arg value='-object'/>", "<qemu:arg value='-iscsi,user=me,PASSWORD=more-hush'/>"),
    ],
    ids=["lower-case-variable", "json-argument", "upper-case-argument"],
)
def test_a_secret_is_found_in_whatever_form_it_is_written(old: str, new: str) -> None:
    assert old in DOMAIN
    assert "more-hush" in redact.secrets(tree(DOMAIN.replace(old, new)))


def test_a_secret_in_the_environment_of_a_container_is_found() -> None:
    text = "<domain type='lxc'><os><initenv name='DB_PASSWORD'>more-hush</initenv></os></domain>"
    assert redact.secrets(tree(text)) == {"more-hush"}


def test_the_copy_hides_the_secrets_and_nothing_else() -> None:
    document = tree()
    before = etree.tostring(document)
    text = etree.tostring(redact.redacted(document)).decode()
    for secret in SECRETS:
        before_text = before.decode()
        assert secret in before_text
        assert secret not in text
    expected = before.decode()
    for secret in SECRETS:
        expected = expected.replace(secret, redact.MASK)
    assert text == expected
    assert etree.tostring(document) == before


def test_what_is_masked_already_has_no_secrets() -> None:
    assert redact.secrets(redact.redacted(tree())) == frozenset()


@pytest.mark.parametrize(
    "argument",
    ["passthrough", "-device,compass=1", "-pass"],
)
def test_what_only_looks_like_a_secret_is_none(argument: str) -> None:
    text = DOMAIN.replace("-spice,password=pw-hush,port=1", argument)
    assert redact.secrets(tree(text)) == frozenset(SECRETS) - {"pw-hush"}


@given(st.text("abc*", max_size=8), st.frozensets(st.text("abc", min_size=1, max_size=3), max_size=4))
def test_no_secret_survives_scrubbing(text: str, hidden: frozenset[str]) -> None:
    scrubbed = redact.scrub(text, hidden)
    assert not any(secret in scrubbed for secret in hidden if len(secret) >= 4)
    assert not any(f"'{secret}'" in scrubbed for secret in hidden)


def test_a_short_secret_garbles_no_sentence() -> None:
    """Masking each "e" would hide the fault, and tell the secret."""
    assert redact.scrub("the value 'e' is refused", {"e"}) == "the value '***' is refused"


def test_what_others_put_into_a_domain_is_hidden_too() -> None:
    text = (
        "<domain type='kvm'><metadata><n:site xmlns:n='urn:n'><n:adminPass>hunter-2</n:adminPass>"
        "<n:db apiKey='hunter-3' host='db1'/></n:site></metadata>"
        "<os><cmdline>root=/dev/vda password=hunter-4 quiet</cmdline></os></domain>"
    )
    assert redact.secrets(tree(text)) == {"hunter-2", "hunter-3", "hunter-4"}
    shown = etree.tostring(redact.redacted(tree(text))).decode()
    assert "hunter" not in shown
    assert "db1" in shown and "root=/dev/vda password=*** quiet" in shown


def test_a_secret_within_a_secret_leaves_no_rest() -> None:
    assert redact.scrub("open sesame!", ["sesame", "open sesame"]) == "***!"


def test_the_output_keeps_the_secrets() -> None:
    xml = api.transform(DOMAIN).xml.decode()
    assert all(secret in xml for secret in SECRETS)


def test_the_steps_of_a_run_hide_them() -> None:
    result = api.transform(DOMAIN, pipeline=api.new_pipeline(record=True))
    changed = [step for step in result.steps if step.changed]
    assert changed
    for step in changed:
        assert step.before
        assert not any(secret.encode() in step.before + step.after for secret in SECRETS)


def test_a_diff_hides_them(run_xfm: RunXfm) -> None:
    ran = run_xfm("--diff", input=DOMAIN.encode())
    assert ran.status == 0, ran.stderr
    assert b"+  <clock" in ran.stdout
    assert not any(secret.encode() in ran.stdout for secret in SECRETS)


def test_an_error_hides_them(run_xfm: RunXfm) -> None:
    text = DOMAIN.replace("type='vnc' port='-1'", "type='vnc' port='vnc-hush'")
    with pytest.raises(DocumentError) as raised:
        api.transform(text)
    error = raised.value
    assert "vnc-hush" not in repr((error.message, error.violations, str(error)))
    ran = run_xfm(input=text.encode())
    assert ran.status == 1
    assert "vnc-hush" not in ran.stderr


def test_validate_hides_them(run_xfm: RunXfm, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("a") / "a.xml"
    path.write_text(DOMAIN.replace("type='vnc' port='-1'", "type='vnc' port='vnc-hush'"))
    for options in ([], ["--json"]):
        ran = run_xfm("validate", *options, path)
        assert ran.status == 1
        assert b"vnc-hush" not in ran.stdout
