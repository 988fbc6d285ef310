namespace Herald.Simulation.Stores;

internal enum StoreWeather
{
    /// <summary>Quick, and every reply arrives.</summary>
    Calm,

    /// <summary>Requests and replies are slow and overtake each other. Some requests arrive twice.</summary>
    Slow,

    /// <summary>As slow. Some requests fail before they are applied and some after, and the caller cannot tell which.</summary>
    Flaky,

    /// <summary>Every request fails, some after it was applied.</summary>
    Down,
}
