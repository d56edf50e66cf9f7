"""Uses the client that openapi-python-client generates, against a running docmgr: URL [TOKEN]."""
import io
import sys
import time
import uuid

from docmgr_client import AuthenticatedClient, Client
from docmgr_client.api.document import (
    create_document, delete_document, get_document, get_document_content, list_documents, update_document,
)
from docmgr_client.api.search import count_documents_by_field, search_documents, suggest_titles
from docmgr_client.api.signature import create_signature, get_signature_image, list_document_signatures
from docmgr_client.models import (
    CountDocumentsByFieldField, CreateDocumentFilesBody, CreateDocumentJsonBody, CreateSignatureBody, Document, Problem,
    UpdateDocumentBody, UpdateDocumentBodyStatus,
)
from docmgr_client.types import File

url, token = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
client = AuthenticatedClient(base_url=url, token=token) if token else Client(base_url=url)
WORD = "word" + uuid.uuid4().hex
ADA = "ada@example.com"
BYTES = bytes(range(256)) * 40
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def of(kind, response, status):
    assert response.status_code == status, (response.status_code, response.content)
    assert isinstance(response.parsed, kind), type(response.parsed)
    return response.parsed


def problem(response, status, code):
    parsed = of(Problem, response, status)
    assert parsed.type_.value == f"urn:docmgr:problem:{code}", parsed
    assert parsed.status == status and parsed.title and parsed.detail
    return parsed


def until(found):
    end = time.monotonic() + 60
    while not found():
        assert time.monotonic() < end, "not within its time"
        time.sleep(0.1)


form = CreateDocumentJsonBody(title=f"Lease {WORD}", content=f"The {WORD} is due.", created_by=ADA)
key = uuid.uuid4().hex
created = create_document.sync_detailed(client=client, body=form, idempotency_key=key)
lease = of(Document, created, 201)
assert created.headers["location"] == f"/documents/{lease.id}" and created.headers["etag"] == '"1"'
again = create_document.sync_detailed(client=client, body=form, idempotency_key=key)
assert of(Document, again, 201).id == lease.id and again.headers["idempotency-replayed"] == "true"

part = File(payload=io.BytesIO(BYTES), file_name="plan.bin", mime_type="application/pdf")
plan = of(Document, create_document.sync_detailed(
    client=client, body=CreateDocumentFilesBody(file=part, title=f"Plan {WORD}", created_by=ADA)), 201)
raw = of(Document, create_document.sync_detailed(
    client=client, body=File(payload=io.BytesIO(BYTES)), title=f"Raw {WORD}", created_by=ADA), 201)
assert (plan.content_type, raw.content_type) == ("application/pdf", "application/octet-stream")
for document in (plan, raw):
    content = of(File, get_document_content.sync_detailed(document.id, client=client), 200)
    assert content.payload.read() == BYTES
part_of = get_document_content.sync_detailed(raw.id, client=client, range_="bytes=1-3")
assert of(File, part_of, 206).payload.read() == BYTES[1:4]
assert part_of.headers["content-range"] == f"bytes 1-3/{len(BYTES)}"

read = of(Document, get_document.sync_detailed(lease.id, client=client), 200)
assert read == lease, (read, lease)
assert get_document.sync_detailed(lease.id, client=client, if_none_match='"1"').status_code == 304

ids, cursor = [], None
while True:
    more = {"cursor": cursor} if cursor else {}
    page = list_documents.sync_detailed(
        client=client, title=[WORD], created_by=[ADA, "bob@example.com"], limit=2, **more)
    ids += [document.id for document in of(list, page, 200)]
    if "link" not in page.headers:
        break
    cursor = page.headers["link"].split("cursor=")[1].split(">")[0]
assert ids == [raw.id, plan.id, lease.id], ids

sent = UpdateDocumentBody(status=UpdateDocumentBodyStatus.SENT)
assert of(Document, update_document.sync_detailed(lease.id, client=client, body=sent, if_match='"1"'), 200).version == 2
problem(update_document.sync_detailed(lease.id, client=client, body=sent, if_match='"1"'), 412, "version-mismatch")
completed = UpdateDocumentBody(status=UpdateDocumentBodyStatus.COMPLETED)
problem(update_document.sync_detailed(lease.id, client=client, body=completed), 409, "status-not-allowed")

bob = CreateSignatureBody(document_id=lease.id, signer_email="bob@example.com", signer_name="Bob", signature_data=PNG)
signed = create_signature.sync_detailed(client=client, body=bob)
assert signed.status_code == 201 and signed.parsed.document_status == "signed", signed.content
problem(create_signature.sync_detailed(client=client, body=bob), 409, "already-signed")
assert [s.id for s in of(list, list_document_signatures.sync_detailed(lease.id, client=client), 200)] == [signed.parsed.id]
image = of(File, get_signature_image.sync_detailed(signed.parsed.id, client=client), 200)
assert image.payload.read().startswith(b"\x89PNG")

def found():
    result = search_documents.sync(client=client, q=f'"{WORD}"')
    return [hit for hit in result.documents if hit.id == lease.id and hit.status == "signed"]


until(found)
assert found()[0].score > 0
assert f"Lease {WORD}" in suggest_titles.sync(client=client, q=WORD[:12]).suggestions
counted = count_documents_by_field.sync(CountDocumentsByFieldField.STATUS, client=client, q=WORD)
assert {value.key: value.count for value in counted.values}["signed"] == 1

problem(delete_document.sync_detailed(lease.id, client=client), 409, "document-not-deletable")
assert delete_document.sync_detailed(plan.id, client=client).status_code == 204
problem(get_document.sync_detailed(plan.id, client=client), 404, "document-not-found")
invalid = problem(create_document.sync_detailed(
    client=client, body=CreateDocumentJsonBody(title="", content="x", created_by="nobody")), 422, "validation-failed")
assert [error.field for error in invalid.errors] == ["title", "created_by"]
if token:
    problem(get_document.sync_detailed(lease.id, client=Client(base_url=url)), 401, "unauthenticated")
print("the Python client works")
