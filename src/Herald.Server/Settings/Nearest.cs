namespace Herald.Server.Settings;

/// <summary>Suggests the known name that is nearest to a misspelt one.</summary>
internal static class Nearest
{
    public static string Hint(string given, IEnumerable<string> known)
    {
        var all = known.ToList();
        var (name, distance) = all.Select(k => (Name: k, Distance: Distance(given, k))).MinBy(k => k.Distance);
        return name is not null && distance <= Math.Max(2, given.Length / 3) ? $"Did you mean {name}?" : $"Known: {string.Join(", ", all)}.";
    }

    /// <summary>The number of letters to add, drop or change; case is ignored.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1)), row[j]);
            }
        }
        return row[^1];
    }
}
