using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Herald.LocalServers.Posts;

namespace Herald.LocalServers.Sms;

/// <summary>
/// Twilio's Messages resource, from its pages "Create a Message resource" (fields, 1,600 characters, 201; it names no key by which a
/// repeat is dropped), "Requests to Twilio" (basic authentication), "Twilio's response" (form of errors) and "Error and Warning Dictionary"
/// (codes). The page of 21617 says that an emoji counts as more than one character. The page of 20429 says that a request with this answer
/// was not processed; it names no <c>Retry-After</c>.
/// </summary>
public sealed partial class FakeTwilio : FakeProvider
{
    public const string Account = "ACfakefakefakefakefakefakefakefake", Token = "fake-token-of-the-account", From = "+15005550006";
    private const int LongestBody = 1600;

    /// <summary>A number that cannot get text messages, and one whose owner has written STOP.</summary>
    public const string Unreachable = "+15005550009", Unsubscribed = "+15005550004";

    /// <summary>When it is set, a message is taken and fails at once with this code, in an answer of 201.</summary>
    public int? FailsWith { get; set; }

    public static ProviderAnswer Error(int status, int code, string message) => new(status, new JsonObject
    {
        ["code"] = code,
        ["message"] = message,
        ["more_info"] = $"https://www.twilio.com/docs/errors/{code}",
        ["status"] = status,
    }.ToJsonString());

    protected override ProviderAnswer Judge(ProviderCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Method != "POST" || call.Path != $"/2010-04-01/Accounts/{Account}/Messages.json")
            return Error(404, 20404, $"The requested resource {call.Path} was not found");
        if (call.Header("authorization") != $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Account}:{Token}"))}")
            return BadToken;
        if (!call.IsForm)
            return Error(400, 21604, "A 'To' phone number is required.");
        var form = call.Form.ToLookup(field => field.Key, field => field.Value);
        if (form["To"].SingleOrDefault() is not { } to)
            return Error(400, 21604, "A 'To' phone number is required.");
        if (!E164().IsMatch(to))
            return Error(400, 21211, $"The 'To' number {to} is not a valid phone number.");
        if (to == Unreachable)
            return Error(400, 21614, $"'To' number: {to}, is not a valid mobile number");
        if (to == Unsubscribed)
            return Error(400, 21610, "Attempt to send to unsubscribed recipient");
        if (form["MessagingServiceSid"].SingleOrDefault() is null && form["From"].SingleOrDefault() is not From)
            return Error(400, 21606, $"The 'From' phone number {form["From"].FirstOrDefault()} is not a valid, SMS-capable phone number.");
        if (form["Body"].SingleOrDefault() is not { Length: > 0 } body)
            return Error(400, 21602, "Message body is required.");
        if (body.Length > LongestBody)
            return Error(400, 21617, "The concatenated message body exceeds the 1600 character limit.");
        if (FailsWith is null)
            Accept(new(to, body));
        return new(201, new JsonObject
        {
            ["sid"] = $"SMfake{Answered}",
            ["status"] = FailsWith is null ? "queued" : "failed",
            ["error_code"] = FailsWith,
            ["error_message"] = FailsWith is null ? null : "The message was not delivered.",
            ["to"] = to,
            ["body"] = body,
        }.ToJsonString());
    }

    protected override ProviderAnswer Throttled(int wait) => Error(429, 20429, "Too many requests");

    protected override ProviderAnswer BadRecipient => Error(400, 21211, "The 'To' number is not a valid phone number.");

    protected override ProviderAnswer BadToken => Error(401, 20003, "Authenticate");

    [GeneratedRegex(@"^\+[1-9][0-9]{1,14}$")]
    private static partial Regex E164();
}
