using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Recipients;

/// <summary>
/// A recipient as the key of its events: a person as <c>user:NAME</c>, or an address as <c>email:anna@x.org</c>. Forms of one address that
/// reach the same recipient have the same key, so what is suppressed stays suppressed in each of them.
/// </summary>
/// <param name="Kind">The destination of an address; null for a person.</param>
internal sealed record RecipientKey(string Text, Destination? Kind)
{
    public const string Rule =
        "Write a person as user:NAME, or an address with its destination: email:anna@example.com, sms:+4915112345678, slack:C0123ABCD, "
            + "push:TOKEN.";

    public const string PersonRule = "Write user: and a name of 1 to 128 letters, digits and . _ @ - in ASCII.";

    public const string PersonPrefix = "user:";

    private const int LongestName = 128, LongestReadable = 400;

    public bool IsPerson => Kind is null;

    public static bool IsPersonText(string to) => to.StartsWith(PersonPrefix, StringComparison.Ordinal);

    /// <param name="to">A recipient that begins with <c>user:</c>.</param>
    /// <returns>Null when the name has another form.</returns>
    public static RecipientKey? OfPerson(string to)
    {
        if (!IsPersonText(to) || to.Length - PersonPrefix.Length is < 1 or > LongestName)
            return null;
        var name = to.AsSpan(PersonPrefix.Length);
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '@' or '-'))
                return null;
        }
        return new(to, null);
    }

    /// <param name="to">An address that the channel of the destination accepts.</param>
    public static RecipientKey OfAddress(Destination destination, string to)
    {
        var address = destination switch
        {
            Destination.Email => MailAddress(to),
            Destination.Sms => Number(to),
            Destination.Slack => to.Trim(),
            Destination.Push => Device(to),
        };
        var name = PostNames.CanonicalOf(destination);
        // A key of an event is bounded.
        if (Encoding.UTF8.GetByteCount(address) > LongestReadable)
            address = $"sha256-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))}";
        return new($"{name}:{address}", destination);
    }

    /// <summary>The recipient of a post that passed <see cref="PostReader"/>.</summary>
    public static RecipientKey Of(Destination destination, string to) => OfPerson(to) ?? OfAddress(destination, to);

    /// <summary>Reads a recipient from an address of the API.</summary>
    public static (RecipientKey? Key, FieldProblem? Problem) Parse(string text)
    {
        if (IsPersonText(text))
            return OfPerson(text) is { } person ? (person, null) : (null, FieldProblem.Of("/recipient", text, PersonRule));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || PostNames.DestinationOf(text[..colon]) is not { } destination)
            return (null, FieldProblem.Of("/recipient", text, Rule));
        var address = text[(colon + 1)..];
        if (string.IsNullOrWhiteSpace(address) || address.AsSpan().ContainsAny(Messages.Reading.FieldRules.NotInLines))
            return (null, FieldProblem.Of("/recipient", text, Rule));
        if (Encoding.UTF8.GetByteCount(address) > PostFields.MostPushToBytes)
            return (null, FieldProblem.Of("/recipient", text, $"An address has at most {PostFields.MostPushToBytes:N0} bytes."));
        return (OfAddress(destination, address), null);
    }

    public override string ToString() => Text;

    /// <summary>The address without a display name. Servers that tell letter cases apart are not met in practice.</summary>
    private static string MailAddress(string to)
    {
        var (open, close) = (to.LastIndexOf('<'), to.LastIndexOf('>'));
        var address = open >= 0 && close > open ? to[(open + 1)..close] : to;
        return address.Trim().ToLowerInvariant();
    }

    /// <summary>A number without the signs that make it readable.</summary>
    private static string Number(string to) =>
        string.Concat(to.Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '(' or ')' or '.' or '/')));

    /// <summary>The address of a browser's subscription, whose keys can change; a token as it is.</summary>
    private static string Device(string to)
    {
        var text = to.Trim();
        if (!text.StartsWith('{'))
            return text;
        try
        {
            using var subscription = JsonDocument.Parse(text);
            return subscription.RootElement.TryGetProperty("endpoint"u8, out var endpoint) && endpoint.ValueKind == JsonValueKind.String
                ? endpoint.GetString() ?? text
                : text;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return text;
        }
    }
}
