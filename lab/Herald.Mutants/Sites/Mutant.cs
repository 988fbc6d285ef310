using System.Globalization;

namespace Herald.Mutants.Sites;

/// <summary>A small change of the sources, made by machine.</summary>
/// <param name="Number">By which it is switched on; from 1, over all projects.</param>
/// <param name="File">From the root of the working copy.</param>
/// <param name="Line">Where what is changed begins, from 1.</param>
/// <param name="Member">Type and member that hold it.</param>
/// <param name="Before">The code as it is, in one line.</param>
/// <param name="After">What it is when the mutant is on.</param>
/// <param name="Nth">Which of the same changes in the same member: the first is 1.</param>
internal sealed record Mutant(
    int Number, string Project, string File, int Line, string Member, MutantKind Kind, string Before, string After, int Nth)
{
    /// <summary>Tells it from all others, whatever changes elsewhere.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{File} {Member}: {Before} → {After} #{Nth}");
}
