using System.Globalization;

namespace Herald.Simulation.Running;

/// <summary>A promise was broken. What is said begins with its number in ARCHITECTURE.md, after what tells who accuses.</summary>
internal sealed class Violation(string what) : Exception(what)
{
    /// <summary>Stands before what the judge outside says.</summary>
    public const string Outside = "outside: ";

    public bool IsFromOutside => Message.StartsWith(Outside, StringComparison.Ordinal);

    /// <summary>The invariant that is broken; null: none of those in the list.</summary>
    public int? Invariant
    {
        get
        {
            var said = Message.AsSpan(IsFromOutside ? Outside.Length : 0);
            return said.IndexOf(':') is > 0 and var end
                && int.TryParse(said[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
    }
}
