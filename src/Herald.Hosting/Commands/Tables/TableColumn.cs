namespace Herald.Hosting.Commands.Tables;

/// <summary>A column of a table.</summary>
/// <param name="Heading">In words, such as <c>LAST ANSWER</c>.</param>
/// <param name="Field">The field of the items; <c>event.key</c> is a field inside a field.</param>
public sealed record TableColumn(string Heading, string Field, TableCell Cell)
{
    public static TableColumn Id(string heading, string field) => new(heading, field, TableCell.Id);

    public static TableColumn Text(string heading, string field) => new(heading, field, TableCell.Text);

    public static TableColumn Age(string heading, string field) => new(heading, field, TableCell.Age);

    public static TableColumn State(string heading, string field) => new(heading, field, TableCell.State);
}
