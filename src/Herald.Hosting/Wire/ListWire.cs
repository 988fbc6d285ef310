using System.ComponentModel;

namespace Herald.Hosting.Wire;

/// <summary>One page of a list in a stable order.</summary>
public sealed record ListWire<T>
{
    public required IReadOnlyList<T> Items { get; set; }

    [Description("Send it as ?cursor= to get the next page. Absent on the last page.")]
    public string? NextCursor { get; set; }
}
