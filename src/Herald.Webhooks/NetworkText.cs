using System.Net;
using Herald.Engine.Basics;

namespace Herald.Webhooks;

/// <summary>A network, as CIDR.</summary>
internal sealed class NetworkText : ISettingForm
{
    private NetworkText() { }

    public static string Rule => "A network such as 10.20.0.0/16 or fd00::/8, with only zero bits after the prefix.";

    /// <summary>Parsing drops bits after the prefix. 10.0.0.1/8 would allow far more than its author can have meant.</summary>
    public static bool Accepts(string text) =>
        IPNetwork.TryParse(text, out var network)
            && network.BaseAddress.Equals(IPAddress.Parse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal))));
}
