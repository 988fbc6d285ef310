namespace Herald.Lab.Catchers;

/// <summary>One mode, optionally with another mode for a limited time.</summary>
/// <param name="Usual">The mode at first, and after the other mode.</param>
/// <param name="Then">The mode from <paramref name="After"/> on, for <paramref name="Length"/>.</param>
public sealed record ModeSchedule(Mode Usual, Mode Then, TimeSpan After, TimeSpan Length)
{
    public ModeSchedule(Mode always) : this(always, always, TimeSpan.Zero, TimeSpan.Zero) { }

    /// <param name="elapsed">The time since the catcher started.</param>
    public Mode At(TimeSpan elapsed) => elapsed >= After && elapsed - After < Length ? Then : Usual;
}
