"""What no schema can say: which requests that their description accepts are refused, or the reverse, and why. Each reason has
the operations, and how its response is recognised; any other such response is a finding."""
import re

import schemathesis

# The details of 422, by field. A title or name can be one that nobody can see, an address one that a mail server refuses; a
# cursor can be that of another list. Some limits are those of a combination of parameters.
DETAILS = {
    r"(query\.)?title|signer_name|(query\.)?created_by|signer_email": r"must have a character that can be seen|"
    r"must be an e-mail address, such as ada@example\.com",
    r"query\.cursor": r"must come from the header Link of a page.*",
    r"query\.skip": r"cannot be combined with a cursor",
    r"query\.limit": r"must be at most \d+ with include=signature_data",
    r"header\.if-match": r"must be the ETag of a document, such as \"3\", or \*",
    r"header\.content-disposition": r"must look like attachment; filename=\"report\.pdf\"",
}


def is_explained(response):
    errors = response.json().get("errors", [])
    return errors != [] and all(
        any(re.fullmatch(field, error["field"]) and re.fullmatch(detail, error["detail"]) for field, detail in DETAILS.items())
        for error in errors
    )


def has_header(case, *names):
    return any(name.lower() in names for name in (case.headers or {}))


def is_refused_for_a_reason(case, response):
    match response.status_code:
        case 400:
            # A name of a form's part that no part can have, and an event id that is no position of a stream.
            detail = response.json()["detail"]
            return detail == "the body is not a multipart form" or detail.startswith("header last-event-id: ")
        case 304:
            return has_header(case, "if-none-match", "if-modified-since")
        case 412:
            return has_header(case, "if-match")
        case 416:
            return has_header(case, "range")
        case 422:
            return is_explained(response)
    return False


def is_accepted_for_a_reason(case, response):
    # With a title in the query, JSON is the content of a document, whatever it says.
    return case.operation.label == "POST /documents" and response.status_code == 201 and "title" in (case.query or {})


# An idempotency key answers with what it has created before, also where that has been deleted since.
replayed = set()


@schemathesis.hook
def after_call(ctx, case, response):
    if response.headers.get("idempotency-replayed"):
        replayed.add(response.json()["id"])


@schemathesis.hook
def filter_failure(ctx, failure, case, response):
    match type(failure).__name__:
        case "EnsureResourceAvailability":
            return case.path_parameters.get("id") not in replayed
        case "RejectedPositiveData":
            return not is_refused_for_a_reason(case, response)
        case "AcceptedNegativeData":
            return not is_accepted_for_a_reason(case, response)
    return True
