namespace Herald.Hosting.Commands.Tables;

/// <summary>The colors of states: red failed, yellow waits, green is done or works. Other words have none.</summary>
public static class StateColor
{
    private const string Red = "\e[31m", Yellow = "\e[33m", Green = "\e[32m", End = "\e[0m";

    /// <param name="shown">The word as it is shown, with its padding.</param>
    public static string Paint(string state, string shown, Screen screen)
    {
        ArgumentNullException.ThrowIfNull(screen);
        return screen.HasColors && Of(state) is { } color ? $"{color}{shown}{End}" : shown;
    }

    private static string? Of(string state) => state switch
    {
        "failed" or "endpointGone" or "rejected" or "deadLettered" or "expired" or "discarded" or "disabled" => Red,
        "changed" or "late" or "unknown" => Red,
        "waiting" or "inFlight" or "blocked" or "held" or "paused" or "pending" => Yellow,
        "delivered" or "forwarded" or "active" or "applied" => Green,
        _ => null,
    };
}
