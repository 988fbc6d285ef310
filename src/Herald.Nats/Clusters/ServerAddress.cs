using System.Globalization;
using Herald.Engine.Basics;

namespace Herald.Nats.Clusters;

/// <summary>The address on which a NATS server listens.</summary>
/// <param name="IsTls">The connection must use TLS. Otherwise it uses TLS if the server offers it.</param>
public sealed record ServerAddress(string Host, int Port, bool IsTls) : ISettingForm
{
    public const string Rule =
        "Servers are written nats://HOST:PORT or tls://HOST:PORT, several with commas; only the first one needs the scheme. "
        + "Credentials have separate settings.";

    private const int DefaultPort = 4222;

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(IsTls ? "tls" : "nats")}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    static string ISettingForm.Rule =>
        "nats://HOST:PORT, or tls://HOST:PORT for servers that must use TLS. Credentials have separate settings.";

    static bool ISettingForm.Accepts(string text) => ParseAll(text) is [_];

    /// <summary>Null when the text breaks the <see cref="Rule"/>.</summary>
    public static IReadOnlyList<ServerAddress>? ParseAll(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var all = new List<ServerAddress>();
        foreach (var one in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (Parse(one, all is [var first, ..] ? first.IsTls : null) is not { } address)
                return null;
            all.Add(address);
        }
        return all;
    }

    private static ServerAddress? Parse(string text, bool? isTls)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        switch (scheme < 0 ? null : text[..scheme])
        {
            case "nats":
                isTls = false;
                break;
            case "tls":
                isTls = true;
                break;
            case not null:
                return null;
        }
        if (isTls is null || !Uri.TryCreate($"nats://{(scheme < 0 ? text : text[(scheme + 3)..])}", UriKind.Absolute, out var uri))
            return null;
        if (uri.Host.Length == 0 || uri.UserInfo.Length > 0 || uri.PathAndQuery is not ("" or "/") || uri.Fragment.Length > 0 || uri.Port == 0)
            return null;
        return new(uri.Host.Trim('[', ']'), uri.Port < 0 ? DefaultPort : uri.Port, isTls.Value);
    }
}
