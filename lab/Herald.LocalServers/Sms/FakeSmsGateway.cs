using System.Text.Json.Nodes;
using Herald.LocalServers.Posts;

namespace Herald.LocalServers.Sms;

/// <summary>
/// A text-message gateway of no vendor. It drops repeats by the header of
/// https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header, and its errors are problem details (RFC 9457).
/// </summary>
public sealed class FakeSmsGateway : FakeProvider
{
    public const string Token = "fake-token-of-a-gateway";

    /// <summary>The definition of this gateway for Herald. docs/sms.md has the same.</summary>
    public const string Definition = """
        {
          "about": "A gateway of no vendor",
          "values": {
            "key": {"about": "The key of the API.", "form": "secret"},
            "server": {"about": "The address of the gateway.", "form": "address"}
          },
          "to": {"rule": "A phone number, such as +49 170 1234567."},
          "method": "PUT",
          "url": "{{server}}/sms",
          "headers": {"X-Api-Key": "{{key}}", "Idempotency-Key": "{{id}}"},
          "json": {"number": "{{to}}", "text": "{{text}}"},
          "dropsRepeats": true,
          "answers": [
            {"at": "result.state", "is": ["accepted", "queued"], "means": "delivered"},
            {"status": "422", "means": "badRecipient"},
            {"status": "401", "means": "troubled"}
          ],
          "words": ["title"]
        }
        """;

    private readonly Dictionary<string, (ProviderAnswer Answer, string Body)> _byKey = [];

    public static ProviderAnswer Error(int status, string type, string title) => new(
        status, new JsonObject { ["type"] = type, ["title"] = title, ["status"] = status }.ToJsonString(), "application/problem+json");

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Method != "PUT" || call.Path != "/sms")
            return Error(404, "about:blank", "Not Found");
        if (call.Header("x-api-key") != Token)
            return BadToken;
        if (call.Header("idempotency-key") is not { Length: > 0 } key)
            return Error(400, "/problems/no-key", "This operation needs an Idempotency-Key.");
        if (call.Json is not { } json || (string?)json["number"] is not { } number || (string?)json["text"] is not { Length: > 0 } text)
            return Error(400, "/problems/form", "The body needs number and text.");
        lock (_byKey)
        {
            // A repeat has the answer of the first request and no second effect. Another request with its key is a mistake of the client.
            if (_byKey.TryGetValue(key, out var first))
            {
                return first.Body == call.BodyText
                    ? first.Answer : Error(422, "/problems/key-reused", "This Idempotency-Key was used for another request.");
            }
            Accept(new(number, text));
            var taken = new JsonObject { ["result"] = new JsonObject { ["state"] = "accepted", ["id"] = Answered } };
            var answer = new ProviderAnswer(202, taken.ToJsonString());
            _byKey[key] = (answer, call.BodyText);
            return answer;
        }
    }

    protected override ProviderAnswer Throttled(int wait) => Error(429, "/problems/throttled", "Too Many Requests");

    protected override ProviderAnswer BadRecipient => Error(422, "/problems/number", "The number cannot be reached.");

    protected override ProviderAnswer BadToken => Error(401, "/problems/key", "The key is not known.");
}
