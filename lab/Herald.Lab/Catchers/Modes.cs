namespace Herald.Lab.Catchers;

/// <summary>The meaning and the names of the modes.</summary>
internal static class Modes
{
    /// <summary>The share of requests that get a delay or a 500, both equally likely. The mode hell has no delays.</summary>
    public static double ShareOf(Mode mode) => mode switch
    {
        Mode.None => 0,
        Mode.Soft => 0.01,
        Mode.Hard => 0.02,
        Mode.Critical => 0.10,
        Mode.Nightmare => 0.33,
        Mode.Hell => 1,
    };

    /// <summary>The name on the command line and in the header <c>mode</c> of a 500.</summary>
    public static string NameOf(Mode mode) => mode switch
    {
        Mode.None => "none",
        Mode.Soft => "soft",
        Mode.Hard => "hard",
        Mode.Critical => "critical",
        Mode.Nightmare => "nightmare",
        Mode.Hell => "hell",
    };
}
