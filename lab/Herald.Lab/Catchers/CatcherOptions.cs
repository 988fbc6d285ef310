namespace Herald.Lab.Catchers;

/// <param name="Port">The port of the first catcher; 0 for free ones.</param>
/// <param name="Secret">Null for a new secret when catchers register, and for none when they do not.</param>
internal sealed record CatcherOptions(
    bool Registers, bool Prints, int Port, int Count, string? Secret, TimeSpan Window, ModeSchedule Schedule, LatencyRange Latency,
    int Seed);
