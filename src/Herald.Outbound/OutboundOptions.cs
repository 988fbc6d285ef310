using System.Net;
using System.Net.Security;
using Herald.Engine.Basics;

namespace Herald.Outbound;

/// <summary>
/// How Herald calls out, for all channels that call addresses of subscriptions. The options of one subscription are in its limits.
/// </summary>
/// <remarks>The settings are named <c>webhooks</c>, after the first of these channels.</remarks>
public sealed record OutboundOptions
{
    public static readonly OutboundOptions Default = new();

    /// <summary>
    /// Refuses endpoints that are private, loopback, link-local, metadata services … Otherwise every caller that can create a subscription
    /// could make this server call any address that it can reach. Null leaves the decision to the server. Without a server, null guards.
    /// </summary>
    [Setting(
        "Refuse webhook addresses that are not on the public internet.", None = "auto",
        Rule = "true, false, or auto: true unless every listen address is loopback and requireToken is off.",
        Option = "--webhooks-guard")]
    public bool? Guard { get; init; }

    [SettingText<NetworkForm>(
        "Networks that the guard allows although they are not public, such as 10.20.0.0/16.", None = "none",
        Option = "--webhooks-allowed-networks", OptionValue = "NETWORK")]
    public IReadOnlyList<string>? AllowedNetworks { get; init; }

    /// <summary>
    /// The environment's proxy variables are not read. The proxy resolves names, so Herald can then check only addresses that are written
    /// in the URL.
    /// </summary>
    [SettingText<ProxyForm>("The HTTP proxy for all webhooks; it must guard addresses itself.", None = "none")]
    public Uri? Proxy { get; init; }

    [Setting("The longest Retry-After that is followed; a longer value counts as this one.", Least = "1s", Most = "1d")]
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromHours(1);

    [Setting("How long an unused connection to an endpoint stays open.", Least = "1s", Most = "1h")]
    public TimeSpan IdleConnectionLifetime { get; init; } = TimeSpan.FromMinutes(1);

    [Setting(
        "How long a connection to an endpoint is used before a new one replaces it, so that changes in DNS take effect.",
        Least = "1s", Most = "1d")]
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>If the answer has more, the connection is closed.</summary>
    [Setting(
        "How much of an answer is read, after its first 4 KiB, so that the connection can be used again.", IsBytes = true, Most = "16MiB")]
    public int MaxDrainBytes { get; init; } = 64 * 1024;

    /// <summary>The last address can use the rest of the attempt's time-out.</summary>
    [Setting("How long one address of a host with several is tried before the next one.", Least = "100ms", Most = "1m")]
    public TimeSpan AddressPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Hooks for tests: how names are resolved, on a thread that can block, and which certificates are accepted.</summary>
    internal Func<string, IPAddress[]> Resolve { get; init; } = Dns.GetHostAddresses;
    internal RemoteCertificateValidationCallback? AcceptCertificate { get; init; }

    /// <summary>
    /// Hooks for tests: how long a connection over HTTP/2 is silent before a ping while it has a request, and without one for requests that
    /// need HTTP/2; and how long the answer to a ping may take.
    /// </summary>
    internal TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(10);
    internal TimeSpan IdlePingDelay { get; init; } = TimeSpan.FromSeconds(30);
    internal TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>All errors, each with the setting and its value; empty when there are none.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        CheckRange(nameof(MaxRetryAfter), MaxRetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        CheckRange(nameof(IdleConnectionLifetime), IdleConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        CheckRange(nameof(ConnectionLifetime), ConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        CheckRange(nameof(AddressPatience), AddressPatience, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        CheckRange(nameof(MaxDrainBytes), MaxDrainBytes, 0, 16 * 1024 * 1024);
        foreach (var network in AllowedNetworks ?? [])
        {
            if (!NetworkForm.Accepts(network))
                errors.Add(
                    $"{nameof(AllowedNetworks)}: '{network}' is not a network; write it like "
                        + "10.20.0.0/16, with only zero bits after the prefix");
        }
        if (Proxy is { } proxy && !ProxyForm.Accepts(proxy))
            errors.Add($"{nameof(Proxy)}: must be an absolute http:// URL without credentials");
        return errors;

        void CheckRange<T>(string setting, T value, T min, T max)
            where T : IComparable<T>
        {
            if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
                errors.Add($"{setting}: {value} is not between {min} and {max}");
        }
    }
}
