using System.Globalization;

namespace Herald.Simulation.Runs;

/// <summary>
/// A broken promise. The message begins with its number in ARCHITECTURE.md. <see cref="Outside"/> precedes the number when the outside
/// judge accuses.
/// </summary>
internal sealed class Violation(string what) : Exception(what)
{
    /// <summary>The prefix of messages of the outside judge.</summary>
    public const string Outside = "outside: ";

    public bool IsFromOutside => Message.StartsWith(Outside, StringComparison.Ordinal);

    /// <summary>The broken invariant. Null when the message names none.</summary>
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
