namespace Herald.Engine.Basics;

/// <summary>A setting whose text has a form of its own, such as an address.</summary>
/// <typeparam name="TForm">Knows the form.</typeparam>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingTextAttribute<TForm>(string purpose) : SettingAttribute(purpose)
    where TForm : ISettingForm
{
    public override string FormRule => TForm.Rule;

    public override bool HasForm(string text) => TForm.Accepts(text);

    public override string Mask(string text) => IsSecret ? base.Mask(text) : TForm.Mask(text);
}
