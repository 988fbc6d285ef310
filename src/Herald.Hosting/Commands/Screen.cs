namespace Herald.Hosting.Commands;

/// <summary>What commands know about the place of their output.</summary>
/// <param name="Width">The characters in a line; null when lines have no limit, as in a file or a pipe.</param>
/// <param name="HasColors">Colors can be shown, and the user has not refused them.</param>
/// <param name="Time">The clock for ages.</param>
public sealed record Screen(int? Width, bool HasColors, TimeProvider Time)
{
    /// <summary>The user refuses colors (https://no-color.org).</summary>
    private const string NoColors = "NO_COLOR";

    /// <summary>A terminal has a width and colors. Everything else has neither.</summary>
    public static Screen Of(TextWriter output, TimeProvider time)
    {
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected)
            return new(null, false, time);
        var isDumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        return new(
            Console.WindowWidth > 0 ? Console.WindowWidth : null,
            !isDumb && Environment.GetEnvironmentVariable(NoColors) is not { Length: > 0 }, time);
    }
}
