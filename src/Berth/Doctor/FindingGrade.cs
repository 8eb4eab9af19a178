namespace Berth.Doctor;

internal enum FindingGrade
{
    Ok,

    /// <summary>Works, but will bite later or is probably not meant.</summary>
    Warn,

    /// <summary>Does not work.</summary>
    Fail,
}
