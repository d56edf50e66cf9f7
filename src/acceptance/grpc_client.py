#!/usr/bin/env python3
"""Calls docmgr over gRPC with a client that is not its own: grpcio, by what the server's reflection says.

    python3 -m venv VENV && VENV/bin/pip install grpcio grpcio-reflection grpcio-health-checking
    VENV/bin/python grpc_client.py 127.0.0.1:50051 http://127.0.0.1:8005 [TOKEN]

The document that it needs is made over REST. Prints a line for each check; ends with 1 when one has failed.
"""

import json
import sys
import urllib.request

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

DEADLINE = 10  # seconds, for each call
GONE = "06b00000-0000-7000-8000-000000000000"
SERVICE = "document.DocumentService"
METHODS = {
    "UpdateDocumentStatus": ("UpdateDocumentStatusRequest", "DocumentResponse"),
    "GetDocument": ("GetDocumentRequest", "DocumentResponse"),
    "DocumentExists": ("DocumentExistsRequest", "DocumentExistsResponse"),
}
# Name, number and type (google.protobuf.FieldDescriptorProto.Type) of each field, in order.
STRING, INT64, INT32, BOOL = 9, 3, 5, 8
MESSAGES = {
    "UpdateDocumentStatusRequest": [("document_id", 1, STRING), ("status", 2, STRING)],
    "GetDocumentRequest": [("document_id", 1, STRING)],
    "DocumentExistsRequest": [("document_id", 1, STRING)],
    "DocumentExistsResponse": [("exists", 1, BOOL), ("status", 2, STRING)],
    "DocumentResponse": [
        ("id", 1, STRING),
        ("title", 2, STRING),
        ("status", 3, STRING),
        ("created_by", 4, STRING),
        ("content_type", 5, STRING),
        ("content_size", 6, INT64),
        ("s3_key", 7, STRING),
        ("created_at", 8, STRING),
        ("updated_at", 9, STRING),
        ("version", 10, INT32),
        ("content_sha256", 11, STRING),
        ("file_name", 12, STRING),
    ],
}


class Client:
    """Calls the service by the descriptors that its server sends."""

    def __init__(self, address, token):
        self.address = address
        self.channel = grpc.insecure_channel(address)
        self.metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.database)

    def message_class(self, name):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(f"document.{name}"))

    def call(self, method, timeout=DEADLINE, **fields):
        request, response = METHODS[method]
        invoke = self.channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=self.message_class(response).FromString,
        )
        message = self.message_class(request)(**fields)
        return invoke(message, timeout=timeout, metadata=self.metadata)

    def failure(self, method, **fields):
        """The error of a call that must fail, with the code of its problem."""
        try:
            self.call(method, **fields)
        except grpc.RpcError as error:
            return error, dict(error.trailing_metadata() or ()).get("docmgr-problem")
        raise AssertionError(f"{method} should have failed")


def create_document(base_url, token):
    body = json.dumps({"title": "gRPC, ünïcode", "content": "Hello, world", "created_by": "alice@example.com"})
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"{base_url}/documents", body.encode(), headers)
    with urllib.request.urlopen(request, timeout=DEADLINE) as response:
        return json.load(response)


def checks(client, base_url, token):
    health = health_pb2_grpc.HealthStub(client.channel)
    document = {}

    def health_says_serving():
        for service in ("", SERVICE):
            answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=DEADLINE)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING, answer
        watch = health.Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=DEADLINE)
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        watch.cancel()

    def health_of_an_unknown_service():
        try:
            health.Check(health_pb2.HealthCheckRequest(service="no.such.Service"), timeout=DEADLINE)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.NOT_FOUND, error
        else:
            raise AssertionError("it should be NOT_FOUND")

    def reflection_lists_the_service():
        assert SERVICE in client.database.get_services(), client.database.get_services()

    def reflection_describes_the_methods():
        service = client.pool.FindServiceByName(SERVICE)
        found = {method.name: (method.input_type.name, method.output_type.name) for method in service.methods}
        assert found == METHODS, found

    def reflection_describes_the_messages():
        for name, fields in MESSAGES.items():
            descriptor = client.pool.FindMessageTypeByName(f"document.{name}")
            found = [(field.name, field.number, field.type) for field in descriptor.fields]
            assert found == fields, (name, found)

    def a_document_is_made_over_rest():
        document.update(create_document(base_url, token))

    def document_exists():
        answer = client.call("DocumentExists", document_id=document["id"])
        assert (answer.exists, answer.status) == (True, "created"), answer

    def an_unknown_document_does_not_exist():
        answer = client.call("DocumentExists", document_id=GONE)
        assert (answer.exists, answer.status) == (False, ""), answer

    def get_document():
        answer = client.call("GetDocument", document_id=document["id"].upper())
        for field, _, _ in MESSAGES["DocumentResponse"]:
            # The wire has no null.
            expected = "" if document[field] is None else document[field]
            assert getattr(answer, field) == expected, (field, getattr(answer, field), expected)

    def an_unknown_document_is_not_found():
        error, problem = client.failure("GetDocument", document_id=GONE)
        assert (error.code(), problem) == (grpc.StatusCode.NOT_FOUND, "document-not-found"), error

    def only_a_signature_leads_to_signed():
        for status in ("signed", "completed"):
            error, problem = client.failure("UpdateDocumentStatus", document_id=document["id"], status=status)
            assert (error.code(), problem) == (grpc.StatusCode.FAILED_PRECONDITION, "status-not-allowed"), error
        answer = client.call("GetDocument", document_id=document["id"])
        assert (answer.status, answer.version) == ("created", document["version"]), answer

    def update_status():
        answer = client.call("UpdateDocumentStatus", document_id=document["id"], status="viewed")
        assert (answer.status, answer.version) == ("viewed", document["version"] + 1), answer

    def updating_again_changes_nothing():
        answer = client.call("UpdateDocumentStatus", document_id=document["id"], status="viewed")
        assert (answer.status, answer.version) == ("viewed", document["version"] + 1), answer

    def a_step_back_is_refused():
        error, problem = client.failure("UpdateDocumentStatus", document_id=document["id"], status="sent")
        assert (error.code(), problem) == (grpc.StatusCode.FAILED_PRECONDITION, "status-not-allowed"), error
        assert "viewed" in error.details(), error.details()

    def updating_an_unknown_document_is_not_found():
        error, _ = client.failure("UpdateDocumentStatus", document_id=GONE, status="signed")
        assert error.code() == grpc.StatusCode.NOT_FOUND, error

    def bad_arguments_are_named():
        for fields in ({"document_id": "zzz", "status": "signed"}, {"status": "signed"}):
            error, _ = client.failure("UpdateDocumentStatus", **fields)
            assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
            assert "document_id" in error.details(), error.details()
        for status in ("bogus", ""):
            error, problem = client.failure("UpdateDocumentStatus", document_id=document["id"], status=status)
            assert (error.code(), problem) == (grpc.StatusCode.INVALID_ARGUMENT, "validation-failed"), error
            assert "status" in error.details(), error.details()

    def a_token_that_is_not_valid_is_refused():
        stranger = Client(client.address, "a.b.c")
        try:
            stranger.call("DocumentExists", document_id=GONE)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error
        else:
            raise AssertionError("it should be UNAUTHENTICATED")
        finally:
            stranger.channel.close()

    return [check for check in locals().values() if callable(check)]


def main(address, base_url, token=None):
    client = Client(address, token)
    grpc.channel_ready_future(client.channel).result(timeout=DEADLINE)
    failed = 0
    for check in checks(client, base_url.rstrip("/"), token):
        name = check.__name__.replace("_", " ")
        try:
            check()
            print(f"ok      {name}")
        except Exception as error:  # whatever it is, the other checks are made
            failed += 1
            print(f"failed  {name}: {type(error).__name__}: {error}")
    client.channel.close()
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
