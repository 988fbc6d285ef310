using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>Where a subscription delivers. A text is an address without settings.</summary>
[JsonConverter(typeof(EndpointConverter))]
public sealed record Endpoint(string Address)
{
    /// <summary>What the endpoint's channel needs to know besides the address; null for nothing.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

#pragma warning disable CA2225 // The constructor is the other way to make one.
    public static implicit operator Endpoint(string address) => new(address);
#pragma warning restore CA2225

    public override string ToString() => Address;
}
