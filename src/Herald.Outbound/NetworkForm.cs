using System.Net;
using Herald.Engine.Basics;

namespace Herald.Outbound;

/// <summary>The form of a setting that names a network in CIDR notation.</summary>
internal sealed class NetworkForm : ISettingForm
{
    private NetworkForm() { }

    public static string Rule => "A network such as 10.20.0.0/16 or fd00::/8, with only zero bits after the prefix.";

    /// <summary>Refuses 10.0.0.1/8. The parser would read it as 10.0.0.0/8, far more than its author can have meant.</summary>
    public static bool Accepts(string text) =>
        IPNetwork.TryParse(text, out var network)
            && network.BaseAddress.Equals(IPAddress.Parse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal))));
}
