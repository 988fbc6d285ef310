using System.ComponentModel;

namespace Herald.Hosting.Wire;

/// <summary>One page of a list in a stable order.</summary>
public sealed record ListWire<T>
{
    public required IReadOnlyList<T> Items { get; set; }

    [Description("Give it back as ?cursor= for the next page; absent on the last.")]
    public string? NextCursor { get; set; }
}
