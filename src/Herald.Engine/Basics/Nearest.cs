namespace Herald.Engine.Basics;

/// <summary>Finds the known name that is nearest to a misspelt one.</summary>
public static class Nearest
{
    private const int AlwaysAllowed = 2;

    /// <summary>Null when all are too different.</summary>
    public static string? Of(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(known);
        var (nearest, least) = (default(string), int.MaxValue);
        foreach (var name in known)
        {
            // Letters with which both begin say nothing about the rest: names in one item all begin alike.
            var shared = Shared(given, name);
            var most = Math.Min(Math.Max(AlwaysAllowed, (given.Length - shared) / 3), least - 1);
            // Every letter that one has more than the other is a difference.
            if (Math.Abs(given.Length - name.Length) <= most && Distance(given.AsSpan(shared), name.AsSpan(shared), most) is { } distance)
                (nearest, least) = (name, distance);
        }
        return nearest;
    }

    private static int Shared(string a, string b)
    {
        var shared = 0;
        while (shared < a.Length && shared < b.Length && IsSame(a[shared], b[shared]))
            shared++;
        return shared;
    }

    /// <summary>
    /// The number of letters to add, drop or change; case is ignored. Null when there are more than <paramref name="most"/>.
    /// </summary>
    private static int? Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int most)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            var least = row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (IsSame(a[i - 1], b[j - 1]) ? 0 : 1)), row[j]);
                least = Math.Min(least, row[j]);
            }
            // No later row has less than the least of this one.
            if (least > most)
                return null;
        }
        return row[^1] <= most ? row[^1] : null;
    }

    private static bool IsSame(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
