namespace Herald.Cli.Catching;

/// <summary>How badly a catcher behaves; see <see cref="Modes"/>.</summary>
internal enum Mode
{
    None,
    Soft,
    Hard,
    Critical,
    Nightmare,
    Hell,
}
