namespace Herald.Lab.Catchers;

/// <param name="Port">Of the first catcher; 0 for free ones.</param>
/// <param name="Secret">Null: a new one when they register, none when they do not.</param>
internal sealed record CatcherOptions(
    bool Registers, bool Prints, int Port, int Count, string? Secret, TimeSpan Window, ModeSchedule Schedule, LatencyRange Latency, int Seed);
