namespace Herald.Lab.Catchers;

/// <summary>What the modes mean.</summary>
internal static class Modes
{
    /// <summary>The share of requests that are hit: by a delay or by a 500, each as likely. In hell there are no delays.</summary>
    public static double ShareOf(Mode mode) => mode switch
    {
        Mode.None => 0,
        Mode.Soft => 0.01,
        Mode.Hard => 0.02,
        Mode.Critical => 0.10,
        Mode.Nightmare => 0.33,
        Mode.Hell => 1,
    };

    /// <summary>As it is written on the command line and in the header <c>mode</c> of a 500.</summary>
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
