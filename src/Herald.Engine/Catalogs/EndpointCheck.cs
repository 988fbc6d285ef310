using Herald.Engine.Basics;
using Herald.Engine.Channels;

namespace Herald.Engine.Catalogs;

/// <summary>Checks the endpoint of a draft: its address, settings and secret, by the rules of the channel that owns it.</summary>
internal static class EndpointCheck
{
    private const string Pointer = "/endpoint", SecretPointer = "/secret";
    private const int LongestSetting = 4096;

    public static void Check(SubscriptionDraft draft, ChannelSet channels, List<FieldProblem> found)
    {
        if (!Uri.TryCreate(draft.Endpoint, UriKind.Absolute, out var address))
            Add(found, draft, "An endpoint is an absolute URL, for example https://example.com/hook.");
        else if (channels.Find(address) is not { } channel)
            Add(found, draft, $"An endpoint's scheme is one of: {string.Join(", ", channels.Schemes)}.");
        else
        {
            if (channel.Refuse(address) is { } refusal)
                Add(found, draft, refusal);
            foreach (var (name, value) in draft.Settings)
                CheckSetting(name, value, channel.Settings, address.Scheme, found);
            if (CheckSecret(draft.Secret, channel.Secret, address.Scheme) is { } problem)
                found.Add(problem);
        }
    }

    /// <summary>The problem of a secret that a caller gives; its value is never shown.</summary>
    public static FieldProblem? CheckSecret(ReadOnlyMemory<byte>? secret, SecretRules? rules, string scheme) =>
        secret is not { } given ? null
        : rules is null ? new(SecretPointer, "(hidden)", $"Endpoints with the scheme {scheme} have no secret. Leave it out.")
        : rules.Accepts(given) ? null
        : new(SecretPointer, "(hidden)", rules.Rule);

    private static void CheckSetting(
        string name, string value, IReadOnlyList<EndpointSetting> known, string scheme, List<FieldProblem> found)
    {
        var cut = FieldProblem.Of("", name, "").Value;
        var pointer = $"{Pointer}/settings/{cut.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
        if (known.FirstOrDefault(one => one.Name == name) is not { } setting)
            // The value stays hidden, because nobody knows what it is.
            found.Add(FieldProblem.Of(pointer, name, $"There is no such setting. {Hint(name, known, scheme)}"));
        else if (value.Length > LongestSetting)
            found.Add(FieldProblem.Of(pointer, value, $"A setting has at most {LongestSetting} characters."));
        else if (!setting.Accepts(value))
            found.Add(FieldProblem.Of(pointer, value, setting.Rule));
    }

    private static string Hint(string name, IReadOnlyList<EndpointSetting> known, string scheme) =>
        known.Count == 0 ? $"Endpoints with the scheme {scheme} have no settings."
        : Nearest.Of(name, known.Select(one => one.Name)) is { } near ? $"Did you mean {near}? {known.First(one => one.Name == near).Rule}"
        : $"Known: {string.Join(", ", known.Select(one => one.Name))}.";

    private static void Add(List<FieldProblem> found, SubscriptionDraft draft, string rule) =>
        found.Add(FieldProblem.Of(Pointer, Masked(draft.Endpoint), rule));

    // Works on the text alone: refused text may not be a URL, and a parsed URL spells its credentials differently.
    private static string? Masked(string? endpoint)
    {
        if (endpoint?.LastIndexOf('@') is not ({ } at and >= 0))
            return endpoint;
        var from = endpoint.IndexOf("//", StringComparison.Ordinal) is var slashes and >= 0 && slashes < at ? slashes + 2 : 0;
        return $"{endpoint[..from]}***{endpoint[at..]}";
    }
}
