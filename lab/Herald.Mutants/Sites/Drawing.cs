using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Herald.Mutants.Sites;

/// <summary>
/// Draws mutants of a project by a seed. Each has its lot by what it is, not by its number: the others keep theirs when code changes elsewhere.
/// The first of those drawn are a sample too, so a part of them says something of all.
/// </summary>
internal static class Drawing
{
    public static IReadOnlyList<Mutant> Draw(IEnumerable<Mutant> mutants, int seed, int count) =>
        [.. mutants.OrderBy(mutant => Lot(mutant, seed), StringComparer.Ordinal).Take(count)];

    private static string Lot(Mutant mutant, int seed) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed} {mutant.Key}"))));
}
