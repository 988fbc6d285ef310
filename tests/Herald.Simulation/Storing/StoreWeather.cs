namespace Herald.Simulation.Storing;

internal enum StoreWeather
{
    /// <summary>Quick, and every reply arrives.</summary>
    Calm,

    /// <summary>Requests and replies take their time and overtake each other; some requests arrive twice.</summary>
    Slow,

    /// <summary>As slow, and some fail before they are applied, or after: the caller cannot tell.</summary>
    Flaky,

    /// <summary>Everything fails; some of it after it was applied.</summary>
    Down,
}
