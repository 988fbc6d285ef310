using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Herald.Mutants.Sites;

/// <summary>
/// Draws mutants of a project with a seed. The lot of a mutant depends on its content and not on its number, so the other mutants keep
/// their lots when code changes elsewhere. The first of the drawn mutants are a random sample as well, so a part of them is already
/// representative.
/// </summary>
internal static class Drawing
{
    public static IReadOnlyList<Mutant> Draw(IEnumerable<Mutant> mutants, int seed, int count) =>
        [.. mutants.OrderBy(mutant => Lot(mutant, seed), StringComparer.Ordinal).Take(count)];

    private static string Lot(Mutant mutant, int seed) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed} {mutant.Key}"))));
}
