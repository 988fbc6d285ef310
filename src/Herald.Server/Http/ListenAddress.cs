using System.Globalization;
using System.Net;
using Herald.Engine.Basics;

namespace Herald.Server.Http;

/// <summary>One address to listen on, as an operator writes it.</summary>
internal sealed record ListenAddress(IPAddress Address, int Port) : ISettingForm
{
    static string ISettingForm.Rule =>
        "host:port; host is an IP address, localhost or * (all interfaces), port is 0 (any free port) to 65535.";

    static bool ISettingForm.Accepts(string text) => TryParse(text, out _);

    public bool IsLoopback => IPAddress.IsLoopback(Address);

    public static bool TryParse(string text, out ListenAddress address)
    {
        address = null!;
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        var host = text[..colon];
        IPAddress? ip;
        if (host == "*")
            ip = IPAddress.Any;
        else if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            ip = IPAddress.Loopback;
        else if (host.Contains(':') ? !(host.StartsWith('[') && host.EndsWith(']') && IPAddress.TryParse(host[1..^1], out ip)) : !IPAddress.TryParse(host, out ip))
            return false;
        address = new(ip!, port);
        return true;
    }
}
