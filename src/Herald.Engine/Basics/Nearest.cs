namespace Herald.Engine.Basics;

/// <summary>Finds the known name that is nearest to a misspelt one.</summary>
public static class Nearest
{
    /// <summary>Null when all are too different.</summary>
    public static string? Of(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        return known.Select(name => (Name: name, Distance: Distance(given, name)))
            .Where(one => one.Distance <= Math.Max(2, (given.Length - Shared(given, one.Name)) / 3))
            .OrderBy(one => one.Distance).Select(one => one.Name).FirstOrDefault();
    }

    /// <summary>The letters that both begin with. They say nothing about the rest: names in one item all begin alike.</summary>
    private static int Shared(string a, string b) => a.Zip(b).TakeWhile(pair => IsSame(pair.First, pair.Second)).Count();

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
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (IsSame(a[i - 1], b[j - 1]) ? 0 : 1)), row[j]);
            }
        }
        return row[^1];
    }

    private static bool IsSame(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
