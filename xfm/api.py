"""What a program imports: one call for one document, or a pipeline for many.

::

    from xfm import transform

    result = transform(b"<domain type='kvm'>…</domain>")
    result.xml, result.baseline, result.notes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xfm import builtin, plugins, schema, source
from xfm.knowledge import Knowledge
from xfm.limits import SECONDS, TRUSTED_BYTES
from xfm.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xfm.model import Result


def new_pipeline(  # noqa: PLR0913  all are optional, and none stands for another
    *,
    parameters: Mapping[str, str] | None = None,
    baseline: int | None = None,
    new_guests: int = builtin.NEWEST,
    plugin_dirs: Iterable[str] = (),
    schemas: str | None = None,
    host_facts: Iterable[str] = (),
    connect: str | None = None,
    os: str | None = None,
    default_os: str | None = None,
    until: str | None = None,
    record: bool = False,
    repin: bool = False,
    upgrade_to: int | None = None,
    host_only: bool = False,
    vouch: Callable[[str], None] | None = None,
) -> Pipeline:
    """Load schema and plugins and compile the chain, once for many documents; a pipeline serves one thread at a time.

    :param parameters: settings of stylesheets, as ``--set`` takes them: ``{"hyperv.retries": "4096", "rng": "off"}``.
    :param baseline: the one that is asked for; None to let the document decide: its pin, else 0 for a guest that exists
        already, else the baseline of new guests.
    :param new_guests: the baseline of new guests; the newest where not given.
    :param plugin_dirs: further plugin directories.
    :param schemas: a directory of libvirt's schemas, or the version of a registered set; None for the installed ones.
    :param host_facts: files with the facts of hosts, as ``xfm host-facts`` captures them: the result must run on all.
    :param connect: the URI of one more such host, whose facts are captured now.
    :param os: the guest's operating system, by its id or short id in osinfo-db; None for what a document says itself.
    :param default_os: the operating system of documents that name none.
    :param until: the last stage to run; None for all.
    :param record: whether the steps of a result hold the document before and after.
    :param repin: whether what was edited by hand in a pinned document is accepted: the result's ``noticed`` tells what.
    :param upgrade_to: the baseline to move pinned guests up to: the result's ``noticed`` tells what they will notice.
    :param host_only: whether documents are only fitted to this host, by stylesheets of plugins that no guest notices.
    :param vouch: is called with each file and folder of a site's before it is read, and with the schemas; raises where
        that is not to be.
    :raises XfmError: DocumentError (host facts), MissingError, PluginError or UsageError.
    """
    found = schema.find(schemas)
    host_facts = list(host_facts)
    if vouch is not None:
        for path in (*schema.files(found), *host_facts):
            vouch(path)
    return Pipeline(
        plugins.load(plugin_dirs, vouch=vouch),
        found,
        parameters=parameters,
        baseline=baseline,
        new_guests=new_guests,
        knowledge=Knowledge(_hosts(host_facts, connect), os, found, default_os),
        until=until,
        record=record,
        repin=repin,
        upgrade_to=upgrade_to,
        host_only=host_only,
    )


def _hosts(files: Iterable[str], uri: str | None) -> list[tuple[str, bytes]]:
    hosts = [(file, source.read_file(file)) for file in files]
    if uri is not None:
        from xfm.libvirt import facts

        hosts.append((uri, facts.capture(uri)))
    return hosts


def transform(
    document: bytes | str,
    *,
    pipeline: Pipeline | None = None,
    confined: bool | None = None,
    seconds: float = SECONDS,
) -> Result:
    """Take one domain's XML through the chain.

    :param document: the XML itself.
    :param pipeline: from :func:`new_pipeline`; where not given, one with the defaults is made for this call.
    :param confined: whether to run in a child process under limits of time and memory. Where not given, xfm's own
        stylesheets run in this process, and anybody else's, or a document of more than 32 KiB, confined.
    :param seconds: the limit of time of a confined run.
    :raises XfmError: DocumentError where the document is refused; else as :func:`new_pipeline`.
    """
    data = source.encoded(document) if isinstance(document, str) else document
    pipeline = pipeline or new_pipeline()
    if confined is None:
        confined = not pipeline.trusted or len(data) > TRUSTED_BYTES
    if not confined:
        return pipeline.run(data)
    from xfm import confine

    pipeline.compile()
    return confine.run(lambda progress: pipeline.run(data, progress), seconds=seconds, strangers=pipeline.strangers)
