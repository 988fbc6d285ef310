namespace Herald.Hosting.Commands.Tables;

/// <summary>How the values of a column are shown.</summary>
public enum TableCell
{
    /// <summary>Cut when the line is too long.</summary>
    Text,

    /// <summary>Never cut, because people copy it into the next command.</summary>
    Id,

    /// <summary>A time, shown relative to now.</summary>
    Age,

    /// <summary>A word that has a color.</summary>
    State,
}
