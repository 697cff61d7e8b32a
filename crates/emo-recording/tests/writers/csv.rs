//! The first lines of what devices and their programs write.

pub(crate) const OPEN_BCI_5: &str = "\
%OpenBCI Raw EXG Data
%Number of channels = 2
%Sample Rate = 250 Hz
%Board = OpenBCI_GUI$BoardCytonSerial
Sample Index, EXG Channel 0, EXG Channel 1, Accel Channel 0, Accel Channel 1, Accel Channel 2, Other, Other, \
Analog Channel 0, Timestamp, Other, Timestamp (Formatted)
0.0, -187500.02, 12.5, 0.5, -0.25, 1.0, 192.0, 0.0, 7.0, 1647363900.125, 0.0, 2022-03-15 17:05:00.125
1.0, -187499.98, NaN, 0.0, 0.0, 0.0, 192.0, 0.0, 8.0, 1647363900.125, 0.0, 2022-03-15 17:05:00.125
2.0, -187400.5, 13.5, 0.0, 0.0, 0.0, 192.0, 0.0, 9.0, 1647363900.140, 0.0, 2022-03-15 17:05:00.140
";

pub(crate) const OPEN_BCI_3: &str = "\
%OpenBCI Raw EEG Data
%Number of channels = 4
%Sample Rate = 200 Hz
%First Column = SampleIndex
%Last Column = Timestamp
%Other Columns = EEG data in microvolts followed by Accel Data (in G) interleaved with Aux Data
0, 1.5, 2.5, 3.5, 4.5, 0.1, 0.2, 0.3, 12:21:30.123, 1495041690123
1, -1.5, -2.5, -3.5, -4.5, 0.0, 0.0, 0.0, 12:21:30.123, 1495041690123
";

pub(crate) const MIND_MONITOR: &str = "\
TimeStamp,Delta_TP9,Alpha_AF7,RAW_TP9,RAW_AF7,RAW_AF8,RAW_TP10,AUX_RIGHT,Accelerometer_X,Gyro_X,HeadBandOn,HSI_TP9,\
Battery,Elements
2020-05-27 12:55:18.000,0.5,0.25,800.5,801,802,803,700,0.0625,1.5,1,1,80,
2020-05-27 12:55:18.250,,,804.5,805,806,807,701,0.0625,1.5,1,1,80,
2020-05-27 12:55:18.300,,,,,,,,,,,,,/muse/elements/blink
2020-05-27 12:55:18.500,0.75,0.5,808.5,809,810,811,702,0.0625,1.5,1,1,80,
2020-05-27 12:55:21.500,0.75,0.5,812.5,813,814,815,703,0.0625,1.5,1,1,80,
2020-05-27 12:55:21.750,0.75,0.5,816.5,817,818,819,704,0.0625,1.5,1,1,80,
";

pub(crate) const MUSE_LSL: &str = "\
timestamps,TP9,AF7,AF8,TP10,Right AUX
1533222800.000000,-30.273,-26.367,-33.203,-25.879,0.000
1533222800.003906,-31.250,-27.344,-34.180,-26.855,0.000
1533222800.007813,-29.297,-25.391,-32.227,-24.902,0.000
";

pub(crate) const EMOTIV_PRO: &str = "\
title:rest,start timestamp:1583000000.5,stop timestamp:1583000010.5,headset type:EPOCX,headset serial:x,\
sampling rate:eeg_128;mot_64,samples:3,version:2
Timestamp,OriginalTimestamp,EEG.Counter,EEG.Interpolated,EEG.AF3,EEG.F7,EEG.Battery,MarkerIndex,MarkerType,\
MarkerValueInt,MOT.AccX
1583000000.500000,1583000000.6,1,0,4100.5,4200.25,90,,,,0.5
1583000000.507812,1583000000.6,2,0,4101.5,4201.25,90,7,1,42,
1583000000.515625,1583000000.6,3,0,4102.5,4202.25,90,,,,0.75
";

pub(crate) const EMOTIV_OLD: &str = "\
title: rest, recorded: 27.12.11 11.57.54, timestamp started:, sampling:128, subject:, \
labels:COUNTER INTERPOLATED AF3 F7 GYROX MARKER, chan:6, units:emotiv
0, 0, 4100.5, 4200.5, 1700, 0
1, 0, 4101.5, 4201.5, 1701, 5
";

pub(crate) const E4_BVP: &str = "1594920460.000000\n64.000000\n-0.50\n1.25\n";
pub(crate) const E4_ACC: &str = "1594920459.500000, 1594920459.500000, 1594920459.500000\n32.0, 32.0, 32.0\n-64,32,16\n0,0,64\n";
pub(crate) const E4_HR: &str = "1594920470.0\n1.0\n71.0\n72.5\n";
pub(crate) const E4_IBI: &str =
    "1594920460.000000, IBI\n12.5,0.812500\n13.3125,0.796875\n40.0,0.75\n";
pub(crate) const E4_TAGS: &str = "1594920465.25\n";

pub(crate) const POLAR_ECG: &str = "\
Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]
2021-11-22T10:57:14.441;599616034441437064;0.0;-83
2021-11-22T10:57:14.449;599616034449129372;7.692308;-90
2021-11-22T10:57:14.456;599616034456821680;15.384616;-97
2021-11-22T10:57:15.464;599616035464513988;1023.076924;10
2021-11-22T10:57:15.472;599616035472206296;1030.769232;11
";

pub(crate) const POLAR_RR: &str = "\
Phone timestamp;RR-interval [ms]
2021-11-22T10:57:15.000;857
2021-11-22T10:57:15.850;843
";

pub(crate) const POLAR_HR: &str = "\
Phone timestamp;HR [bpm];HRV [ms];Breathing interval [rpm];
2021-11-22T10:57:15.000;71;35.5;;
2021-11-22T10:57:16.000;72;36.5;14.5;
";

pub(crate) const POLAR_FLOW: &str = "\
Name,Sport,Date,Start time,Duration,Average heart rate (bpm)
A B,RUNNING,02-03-2026,10:20:30,00:00:04,72
Sample rate,Time,HR (bpm),Speed (km/h),
1,00:00:00,71,,
,00:00:01,,5.5,
,00:00:02,73,5.6,
";

/// All of them.
pub(crate) const ALL: [(&str, &str); 15] = [
    ("openbci5", OPEN_BCI_5),
    ("openbci3", OPEN_BCI_3),
    ("mindmonitor", MIND_MONITOR),
    ("muselsl", MUSE_LSL),
    ("emotivpro", EMOTIV_PRO),
    ("emotivold", EMOTIV_OLD),
    ("bvp", E4_BVP),
    ("acc", E4_ACC),
    ("hr", E4_HR),
    ("ibi", E4_IBI),
    ("tags", E4_TAGS),
    ("polarecg", POLAR_ECG),
    ("polarrr", POLAR_RR),
    ("polarhr", POLAR_HR),
    ("polarflow", POLAR_FLOW),
];
