using Herald.Lab.Catchers;

namespace Herald.Lab.Scenarios;

/// <summary>The role of a handler in the scenario.</summary>
/// <param name="Usual">The mode outside hell.</param>
/// <param name="GoesToHell">The handler changes to the mode hell in the phase hell.</param>
internal sealed record HandlerRole(string Name, Mode Usual, bool GoesToHell)
{
    public static readonly IReadOnlyList<HandlerRole> All =
    [
        new("nightmare 1", Mode.Nightmare, false), new("nightmare 2", Mode.Nightmare, false), new("hell", Mode.Nightmare, true),
        new("clean", Mode.None, false),
    ];
}
