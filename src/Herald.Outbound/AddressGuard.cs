using System.Net;
using System.Net.Sockets;

namespace Herald.Outbound;

/// <summary>Refuses addresses that are not on the public internet, unless an allowed network contains them.</summary>
/// <remarks>It checks addresses, never names: a name can resolve to another address between the check and the connection.</remarks>
public sealed class AddressGuard(IEnumerable<IPNetwork> allowed)
{
    private static readonly (IPNetwork Network, string What)[] Refused =
    [
        Range("0.0.0.0/8", "an address of this network"),
        Range("10.0.0.0/8", "private"),
        Range("100.64.0.0/10", "carrier-grade NAT"),
        Range("127.0.0.0/8", "loopback"),
        Range("168.63.129.16/32", "the host of a cloud"),
        Range("169.254.0.0/16", "link-local"),
        Range("172.16.0.0/12", "private"),
        Range("192.0.0.0/24", "reserved"),
        Range("192.0.2.0/24", "for documentation"),
        Range("192.88.99.0/24", "a 6to4 relay"),
        Range("192.168.0.0/16", "private"),
        Range("198.18.0.0/15", "for benchmarks"),
        Range("198.51.100.0/24", "for documentation"),
        Range("203.0.113.0/24", "for documentation"),
        Range("224.0.0.0/4", "multicast"),
        Range("240.0.0.0/4", "reserved or broadcast"),
        Range("::/128", "unspecified"),
        Range("::1/128", "loopback"),
        Range("64:ff9b::/96", "an IPv4 translation"),
        Range("64:ff9b:1::/48", "a local IPv4 translation"),
        Range("2001::/32", "a Teredo tunnel"),
        Range("2001:db8::/32", "for documentation"),
        Range("2002::/16", "a 6to4 tunnel"),
        Range("3fff::/20", "for documentation"),
        Range("fc00::/7", "private"),
        Range("fe80::/10", "link-local"),
        Range("fec0::/10", "site-local"),
        Range("ff00::/8", "multicast"),
    ];

    /// <summary>The only part of IPv6 that contains public addresses.</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private readonly IPNetwork[] _allowed = [.. allowed];

    /// <summary>Allows every address.</summary>
    public static AddressGuard Off { get; } = new([IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]);

    /// <summary>The guard of these options. Options that leave the decision to the server are guarded.</summary>
    public static AddressGuard Of(OutboundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Guard is false ? Off : new((options.AllowedNetworks ?? []).Select(network => IPNetwork.Parse(network)));
    }

    /// <returns>
    /// The kind of address (<c>private</c>, <c>loopback</c> …) when it is refused; null when a connection to it is allowed.
    /// </returns>
    public string? Refuse(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var judged = Unwrap(address);
        foreach (var network in _allowed)
        {
            if (network.Contains(judged) || network.Contains(address))
                return null;
        }
        foreach (var (network, what) in Refused)
        {
            if (network.Contains(judged))
                return what;
        }
        return judged.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(judged) ? "not a public address" : null;
    }

    /// <summary>
    /// Checks an address that is written in the URL. <see cref="Uri"/> has already converted decimal, octal and hexadecimal spellings to
    /// one form.
    /// </summary>
    /// <returns>Why the endpoint is refused, in a sentence; null when it is allowed, or has a name that is yet to be resolved.</returns>
    public string? Refuse(Uri endpoint)
    {
        return Find(endpoint) is not { } found ? null
            : $"endpoint: '{EndpointName.Show(endpoint)}' is at {found.Address}, which is {found.What}; use a public address, "
                + "or list its network in the server's setting webhooks.allowedNetworks";
    }

    /// <summary>The address that is written in the URL and refused, and its kind; null when there is none.</summary>
    internal (IPAddress Address, string What)? Find(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var host = endpoint.IdnHost.TrimEnd('.');
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
            host = IPAddress.Loopback.ToString();
        return IPAddress.TryParse(host, out var address) && Refuse(address) is { } what ? (address, what) : null;
    }

    /// <summary>
    /// An IPv4 address inside an IPv6 address (mapped <c>::ffff:a.b.c.d</c>, compatible <c>::a.b.c.d</c>) is dialled as IPv4, so it is
    /// checked as IPv4.
    /// </summary>
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var compatible = bytes[..12].IndexOfAnyExcept((byte)0) < 0 && (bytes[12] | bytes[13] | bytes[14]) != 0;
        return compatible ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    private static (IPNetwork Network, string What) Range(string network, string what) => (IPNetwork.Parse(network), what);
}
