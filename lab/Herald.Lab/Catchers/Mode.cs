namespace Herald.Lab.Catchers;

/// <summary>How badly a catcher behaves; see <see cref="Modes"/>.</summary>
public enum Mode
{
    None,
    Soft,
    Hard,
    Critical,
    Nightmare,
    Hell,
}
