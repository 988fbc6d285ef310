using System.Globalization;

namespace Herald.Mutants.Sites;

/// <summary>A small automatic change of the sources.</summary>
/// <param name="Number">The number with which it is switched on; from 1, over all projects.</param>
/// <param name="File">The path relative to the root of the working copy.</param>
/// <param name="Line">The first line of the changed code, from 1.</param>
/// <param name="Member">The type and member that contain it.</param>
/// <param name="Before">The original code, in one line.</param>
/// <param name="After">The changed code.</param>
/// <param name="Nth">Its position among equal changes in the same member, from 1.</param>
internal sealed record Mutant(
    int Number, string Project, string File, int Line, string Member, MutantKind Kind, string Before, string After, int Nth)
{
    /// <summary>Identifies the mutant, whatever changes elsewhere.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{File} {Member}: {Before} → {After} #{Nth}");
}
