namespace Herald.Lab.Catchers;

/// <summary>One mode; for a while in between, perhaps, another.</summary>
/// <param name="Usual">At first, and again after the other.</param>
/// <param name="Then">From <paramref name="After"/> on, for <paramref name="Length"/>.</param>
public sealed record ModeSchedule(Mode Usual, Mode Then, TimeSpan After, TimeSpan Length)
{
    public ModeSchedule(Mode always) : this(always, always, TimeSpan.Zero, TimeSpan.Zero) { }

    /// <param name="elapsed">Since the catcher started.</param>
    public Mode At(TimeSpan elapsed) => elapsed >= After && elapsed - After < Length ? Then : Usual;
}
