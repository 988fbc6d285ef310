using System.Globalization;

namespace Herald.Client;

/// <summary>Selects a page of a list. The default is the first page with 100 items.</summary>
/// <param name="Limit">Items on the page, 1 to 1,000; null for 100.</param>
/// <param name="Cursor">The <see cref="Page{T}.NextCursor"/> of the page before; null for the first page.</param>
public readonly record struct PageRequest(int? Limit = null, string? Cursor = null)
{
    internal (string Name, string? Value) LimitParameter => ("limit", Limit?.ToString(CultureInfo.InvariantCulture));

    internal (string Name, string? Value) CursorParameter => ("cursor", Cursor);
}
