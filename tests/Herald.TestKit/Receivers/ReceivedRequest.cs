using System.Text;

namespace Herald.TestKit.Receivers;

/// <summary>One request as it came over the wire.</summary>
/// <param name="Connection">Which connection brought it: 1 for the first that was accepted.</param>
/// <param name="Headers">In the order received, names as sent.</param>
public sealed record ReceivedRequest(
    int Connection, string Method, string Target, string Protocol, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The header's value; null when it is missing. A header that came twice is an error.</summary>
    public string? Header(string name) =>
        Headers.SingleOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
